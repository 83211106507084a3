#include "github/people.h"

#include <algorithm>

#include "github/text.h"

namespace fakes::github {

namespace {

int rank_of(const std::string& role) {
  const auto found = std::find(std::begin(kRoles), std::end(kRoles), role);
  return found == std::end(kRoles) ? -1 : static_cast<int>(found - std::begin(kRoles));
}

bool is_active(const std::map<std::string, Member>& members, const std::string& login) {
  const auto found = members.find(login);
  return found != members.end() && !found->second.pending;
}

}  // namespace

std::string role_of(const State& state, const Repository& repository, const std::string& login) {
  const std::string who = lower(login);
  if (lower(repository.owner) == who) return "admin";
  int best = -1;
  if (is_active(repository.collaborators, who)) best = rank_of(repository.collaborators.at(who).role);
  const auto org = state.data.organizations.find(lower(repository.owner));
  if (org != state.data.organizations.end()) {
    const auto& [name, members, teams] = org->second;
    if (is_active(members, who))
      best = std::max(best, members.at(who).role == "admin" ? rank_of("admin") : rank_of("pull"));
    for (const auto& [slug, team] : teams)
      if (const auto right = team.repositories.find(lower(repository.full_name()));
          right != team.repositories.end() && is_active(team.members, who))
        best = std::max(best, rank_of(right->second));
  }
  return best < 0 ? "" : kRoles[best];
}

const Team* team_of(const State& state, const Repository& repository, const std::string& slug) {
  const auto org = state.data.organizations.find(lower(repository.owner));
  if (org == state.data.organizations.end()) return nullptr;
  const auto team = org->second.teams.find(lower(slug));
  const bool has_it =
      team != org->second.teams.end() && team->second.repositories.contains(lower(repository.full_name()));
  return has_it ? &team->second : nullptr;
}

std::string association_of(const State& state, const Repository& repository, const std::string& login) {
  const std::string who = lower(login);
  if (lower(repository.owner) == who) return "OWNER";
  const auto org = state.data.organizations.find(lower(repository.owner));
  if (org != state.data.organizations.end() && is_active(org->second.members, who)) return "MEMBER";
  if (is_active(repository.collaborators, who)) return "COLLABORATOR";
  const bool contributes =
      std::any_of(repository.commits.begin(), repository.commits.end(),
                  [&](const auto& one) { return lower(one.second.login) == who; }) ||
      std::any_of(repository.issues.begin(), repository.issues.end(), [&](const auto& one) {
        return one.second.pull && one.second.pull->merged && lower(one.second.user) == who;
      });
  return contributes ? "CONTRIBUTOR" : "NONE";
}

Json permissions_of(const std::string& role) {
  Json json = Json::object();
  for (const char* one : kRoles) json[one] = rank_of(one) <= rank_of(role);
  return json;
}

std::string permission_in(const Fields& fields, const std::string& otherwise) {
  std::string permission = fields.text("permission").value_or(otherwise);
  if (permission == "read") permission = "pull";
  if (permission == "write") permission = "push";
  if (rank_of(permission) < 0) throw invalid("Repository", "permission");
  return permission;
}

Organization& organization_of(Call& call) {
  const std::string& name = call.param("org");
  const User* found = call.state.find_user(name);
  if (!is_login(name) || (found && !found->organization)) throw not_found();
  return call.state.organization(name);
}

Reply invitations_page(Call& call, const Organization& org, const std::map<std::string, Member>& members,
                       const std::string& role) {
  std::vector<const Member*> found;
  const auto role_in = [&](const Member& one) {
    const auto place = org.members.find(lower(one.login));
    return place != org.members.end() && place->second.role == "admin" ? "admin" : "direct_member";
  };
  for (const auto& [key, member] : members)
    if (member.pending && (role == "all" || role == role_in(member))) found.push_back(&member);
  return paged(call, found, [&](const Member* one) {
    const auto teams = std::count_if(org.teams.begin(), org.teams.end(), [&](const auto& team) {
      return team.second.members.contains(lower(one->login));
    });
    const Id id = user_id(lower(org.login) + " " + lower(one->login));
    return Json{{"id", id},
                {"node_id", node_id("OrganizationInvitation", id)},
                {"login", one->login},
                {"email", nullptr},
                {"role", role_in(*one)},
                {"created_at", iso_time(0)},
                {"failed_at", nullptr},
                {"failed_reason", nullptr},
                {"inviter", call.view.user(call.actor)},
                {"team_count", teams},
                {"invitation_source", "member"}};
  });
}

Reply members_page(Call& call, const std::map<std::string, Member>& members,
                   const std::function<bool(const Member&)>& wanted) {
  std::vector<const Member*> found;
  for (const auto& [key, member] : members)
    if (wanted(member)) found.push_back(&member);
  return paged(call, found, [&](const Member* one) { return call.view.user(one->login); });
}

}  // namespace fakes::github
