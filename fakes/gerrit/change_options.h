#pragma once

#include <set>
#include <string>

#include "gerrit/call.h"

namespace fakes::gerrit {

/// What is to be in a ChangeInfo beside the ordinary (rest-api-changes.html#query-options): CURRENT_REVISION,
/// ...
using ChangeOptions = std::set<std::string>;

/// The values of the query's `o`. Throws HttpError (400) at one that is none, NotImplemented at one of
/// Gerrit's that this server does not have.
ChangeOptions change_options(const Call& call);

/// Throws as `change_options` does.
void check_options(const ChangeOptions& options);

}  // namespace fakes::gerrit
