#pragma once

#include <functional>

#include "github/call.h"

namespace fakes::github {

/// The roles that a repository gives, the weakest first.
inline constexpr const char* kRoles[] = {"pull", "triage", "push", "maintain", "admin"};

/// What somebody may do in a repository, by owning it, as a collaborator, by a team, or as the organization's
/// administrator: one of kRoles; "" where nothing gives a right.
std::string role_of(const State& state, const Repository& repository, const std::string& login);

/// The team with that slug which has the repository; nullptr where there is none.
const Team* team_of(const State& state, const Repository& repository, const std::string& slug);

/// GitHub's author_association of somebody in a repository: OWNER, MEMBER, COLLABORATOR, CONTRIBUTOR (of a
/// commit, or of a pull request that was merged) or NONE.
std::string association_of(const State& state, const Repository& repository, const std::string& login);

/// {"pull": true, ..., "admin": false} for a role.
Json permissions_of(const std::string& role);

/// A body's `permission`: one of kRoles, also as read and write; `otherwise` where it is absent. Throws
/// ApiError (422).
std::string permission_in(const Fields& fields, const std::string& otherwise);

/// The organization that the path names. Throws ApiError (404) where that is a user.
Organization& organization_of(Call& call);

/// Of a list of members those who have not accepted yet, as invitations to the organization.
Reply invitations_page(Call& call, const Organization& org, const std::map<std::string, Member>& members,
                       const std::string& role = "all");

/// Of a list of members, by their names.
Reply members_page(Call& call, const std::map<std::string, Member>& members,
                   const std::function<bool(const Member&)>& wanted);

}  // namespace fakes::github
