#pragma once

#include "github/call.h"

namespace fakes::github {

/// Of a branch that is protected from who asks, throws ApiError (405) where a pull request lacks a status, an
/// approval or anything else that the protection wants, and http::NotImplemented where it wants what the fake
/// cannot judge. An administrator, and whoever has no role (rights.h), is bound by `enforce_admins` alone.
/// `method`: merge, squash or rebase.
void check_protection(const Call& call, const Repository& repository, const Issue& issue,
                      const std::string& method);

/// Of a pull request without a conflict, what GitHub calls mergeable_state: blocked or behind by its base
/// branch's protection, unstable where a status or check run has not passed, else clean; unknown where the
/// fake cannot judge it.
std::string merge_state_of(const State& state, const Repository& repository, const Issue& issue);

/// Where a branch ("heads/main") is protected, throws ApiError (`status`) for its end, and for an update that
/// is forced, unless the protection allows that; and for any direct change by somebody whom it binds where it
/// takes pull requests alone, is locked or is restricted to others.
void check_push(const Call& call, const Repository& repository, const std::string& ref, bool forced,
                bool gone, int status);

}  // namespace fakes::github
