#pragma once

#include "github/call.h"

namespace fakes::github {

/// Throws ApiError (403) where who asks may not do this in the repository: an installation's token whose
/// permissions do not have it, or somebody whom the repository, a team or the organization gave a role
/// (people.h) that is too weak. Who has no role may do everything.
void check_rights(const Call& call, const Repository& repository);

/// Whether who asks is no administrator: an app, or somebody with a weaker role.
bool is_no_administrator(const Call& call, const Repository& repository);

/// Whether who asks may give issues labels, assignees and milestones. What somebody else says of these GitHub
/// drops without a word.
bool may_triage(const Call& call, const Repository& repository);

/// Whether a review of theirs counts: everybody's but that of one with a role weaker than `push`.
bool may_approve(const State& state, const Repository& repository, const std::string& login);

}  // namespace fakes::github
