#pragma once

#include "gerrit/call.h"

namespace fakes::gerrit {

/// "name.git" and "name/" as "name". Throws HttpError (400) where no project can be called so.
std::string project_name(std::string name);

/// Writes an initial commit, as Gerrit makes it for "create_empty_commit"; gives back its id.
std::string initial_commit(State& state, int account, Time time);

}  // namespace fakes::gerrit
