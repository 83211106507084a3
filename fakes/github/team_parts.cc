#include "github/events.h"
#include "github/people.h"
#include "github/teams.h"
#include "github/text.h"

namespace fakes::github {

namespace {

Reply members(Call& call) {
  const auto [org, team] = team_in(call);
  const std::string role = call.query.get("role", "all");
  if (role != "all" && role != "maintainer" && role != "member") throw invalid("Team", "role");
  return members_page(call, team->members,
                      [&](const Member& one) { return !one.pending && (role == "all" || one.role == role); });
}

Reply invitations(Call& call) {
  const auto [org, team] = team_in(call);
  return invitations_page(call, *org, team->members);
}

Json membership(const Call& call, const Team& team, const Member& member) {
  return {
      {"url", call.view.urls().api + "/teams/" + std::to_string(team.id) + "/memberships/" + member.login},
      {"role", member.role},
      {"state", member.pending ? "pending" : "active"}};
}

Reply get(Call& call) {
  const auto [org, team] = team_in(call);
  const auto member = team->members.find(lower(call.param("username")));
  if (member == team->members.end()) throw not_found();
  return {.body = membership(call, *team, member->second)};
}

/// Who is not in the organization is invited to it, and has to accept.
Reply set(Call& call) {
  const auto [org, team] = team_in(call);
  const std::string login = call.param("username"),
                    role = call.fields("Team").text("role").value_or("member"), key = lower(login);
  if (!is_login(login)) throw not_found();
  if (role != "maintainer" && role != "member") throw invalid("Team", "role");
  const std::string name = call.state.user(login).login;
  const auto& in_org = org->members.try_emplace(key, Member{.login = name, .pending = true}).first->second;
  auto& member = team->members[key];
  member = {.login = name, .role = role, .pending = in_org.pending};
  return {.body = membership(call, *team, member)};
}

Reply remove(Call& call) {
  const auto [org, team] = team_in(call);
  if (team->members.erase(lower(call.param("username"))) == 0) throw not_found();
  return {.status = 204};
}

Reply is_member(Call& call) {
  const auto [org, team] = team_in(call);
  const auto member = team->members.find(lower(call.param("username")));
  if (member == team->members.end() || member->second.pending) throw not_found();
  return {.status = 204};
}

Json with_role(const Call& call, const Repository& repository, const std::string& role) {
  Json json = call.view.repository(repository);
  json["permissions"] = permissions_of(role);
  json["role_name"] = role == "pull" ? "read" : role == "push" ? "write" : role;
  return json;
}

Reply repositories(Call& call) {
  const auto [org, team] = team_in(call);
  std::vector<std::pair<const Repository*, std::string>> all;
  for (const auto& [name, role] : team->repositories)
    if (const Repository* one = call.state.find_repository(name)) all.emplace_back(one, role);
  return paged(call, all, [&](const auto& one) { return with_role(call, *one.first, one.second); });
}

Reply get_repository(Call& call) {
  const auto [org, team] = team_in(call);
  const auto role = team->repositories.find(lower(call.param("owner") + "/" + call.param("repo")));
  const Repository* repository =
      role == team->repositories.end() ? nullptr : call.state.find_repository(role->first);
  if (!repository) throw not_found();
  if (call.form.empty()) return {.status = 204};
  return {.body = with_role(call, *repository, role->second)};
}

Reply set_repository(Call& call) {
  const auto [org, team] = team_in(call);
  auto& repository = call.repository();
  const std::string role = permission_in(call.fields("Team"), team->permission);
  if (lower(repository.owner) != lower(org->login)) throw ApiError(422, "Validation Failed");
  const bool is_new = team->repositories.insert_or_assign(lower(repository.full_name()), role).second;
  if (is_new) emit(call, repository, "team_add", {{"team", call.view.team(*org, *team, false)}});
  return {.status = 204};
}

Reply remove_repository(Call& call) {
  const auto [org, team] = team_in(call);
  team->repositories.erase(lower(call.param("owner") + "/" + call.param("repo")));
  return {.status = 204};
}

}  // namespace

void add_team_part_routes(Api& api) {
  const std::string page = "?page ?per_page";
  for (const std::string team :
       {"/orgs/{org}/teams/{team_slug}", "/teams/{team_id}", "/organizations/{org_id}/team/{team_id}"}) {
    const std::string one = team + "/memberships/{username}", repository = team + "/repos/{owner}/{repo}";
    api.on("GET", team + "/members", "?role " + page, members);
    if (team.find("/organizations/") == std::string::npos)
      api.on("GET", team + "/invitations", page, invitations);
    api.on("GET", one, "", get);
    api.on("PUT", one, "role", set);
    api.on("DELETE", one, "", remove);
    api.on("GET", team + "/repos", page, repositories);
    api.on("GET", repository, "+repository", get_repository);
    api.on("PUT", repository, "permission", set_repository);
    api.on("DELETE", repository, "", remove_repository);
  }
  api.on("GET", "/teams/{team_id}/members/{username}", "", is_member);
  api.on("DELETE", "/teams/{team_id}/members/{username}", "", remove);
}

}  // namespace fakes::github
