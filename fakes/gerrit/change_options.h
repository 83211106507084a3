#pragma once

#include <set>
#include <string>

#include "gerrit/call.h"

namespace fakes::gerrit {

/// What is to be in a ChangeInfo beside the ordinary (rest-api-changes.html#query-options): CURRENT_REVISION,
/// ...
using ChangeOptions = std::set<std::string>;

/// The values of the query's `o`. Throws HttpError (400) at one that is none, or that this server does not
/// know.
ChangeOptions change_options(const Call& call);

}  // namespace fakes::gerrit
