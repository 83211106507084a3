#pragma once

#include <string>

#include "gerrit/call.h"

namespace fakes::gerrit {

/// Makes the project, branch, change and account that a request on `pattern` names, where they do not exist.
void make_what_is_named(Call& call, const std::string& pattern);

/// The project, with one commit on master, made where there is none. Throws HttpError (400) where none can be
/// called so.
Project& named_project(State& state, const std::string& name, int user);
/// The branch at the project's HEAD, made where there is none.
void named_branch(State& state, Project& project, const std::string& branch, int user);

}  // namespace fakes::gerrit
