#pragma once

#include "github/call.h"

namespace fakes::github {

/// Of a branch that is protected for administrators too (enforce_admins; everybody is one here), throws
/// ApiError (405) where a pull request lacks a status, an approval or anything else that the protection
/// wants.
void check_protection(const Repository& repository, const Issue& issue);

/// Where a branch ("heads/main") is protected, throws ApiError (`status`) for its end, and for an update that is forced, unless the protection
/// allows that; and for any direct change of one that takes pull requests alone from administrators too.
void check_push(const Repository& repository, const std::string& ref, bool forced, bool gone, int status);

}  // namespace fakes::github
