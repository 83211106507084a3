// The teams of an organization: what they are. Who is in them, and their repositories: team_parts.cc.
#include "github/teams.h"

#include "github/api.h"
#include "github/people.h"
#include "github/text.h"

namespace fakes::github {

namespace {

const Team* find_team(const Organization& org, Id id) {
  for (const auto& [slug, team] : org.teams)
    if (team.id == id) return &team;
  return nullptr;
}

std::string slug_of(const std::string& name) {
  std::string slug;
  for (const char c : lower(name)) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    if (kept || (!slug.empty() && slug.back() != '-')) slug += kept ? c : '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug;
}

/// privacy, permission, notification_setting, description and parent, as far as the body says them.
void read(Call& call, const Organization& org, const Fields& fields, Team& team) {
  if (const auto value = fields.text("privacy")) {
    if (*value != "secret" && *value != "closed") throw invalid("Team", "privacy");
    team.privacy = *value;
  }
  if (const auto value = fields.text("permission")) {
    if (*value != "pull" && *value != "push" && *value != "admin") throw invalid("Team", "permission");
    team.permission = *value;
  }
  if (const auto value = fields.text("notification_setting")) {
    if (*value != "notifications_enabled" && *value != "notifications_disabled")
      throw invalid("Team", "notification_setting");
    team.notification = *value;
  }
  if (fields.has("description")) team.description = fields.text("description");
  if (fields.has("parent_team_id")) {
    team.parent = fields.number("parent_team_id").value_or(0);
    if (team.parent != 0 && (team.parent == team.id || !find_team(org, team.parent)))
      throw invalid("Team", "parent_team_id");
  }
  call.state.user(org.login, true);
}

Reply create(Call& call) {
  auto& org = organization_of(call);
  const auto fields = call.fields("Team");
  Team team{
      .name = fields.required("name"), .slug = "", .description = {}, .members = {}, .repositories = {}};
  team.slug = slug_of(team.name);
  if (team.slug.empty()) throw invalid("Team", "name");
  if (org.teams.contains(team.slug)) throw invalid("Team", "name", "already_exists");
  read(call, org, fields, team);
  for (const auto& login : fields.list("maintainers").value_or(std::vector<std::string>{}))
    team.members[lower(login)] = {.login = call.state.user(login).login, .role = "maintainer"};
  for (const auto& name : fields.list("repo_names").value_or(std::vector<std::string>{})) {
    if (!call.state.find_repository(name)) throw invalid("Team", "repo_names");
    team.repositories[lower(name)] = team.permission;
  }
  team.id = call.state.next_id();
  const auto& added = org.teams[team.slug] = team;
  return {.status = 201, .body = call.view.team(org, added, true)};
}

Reply list(Call& call) {
  const auto& org = organization_of(call);
  std::vector<const Team*> all;
  for (const auto& [slug, team] : org.teams) all.push_back(&team);
  return paged(call, all, [&](const Team* one) { return call.view.team(org, *one, false); });
}

Reply get(Call& call) {
  const auto [org, team] = team_in(call);
  return {.body = call.view.team(*org, *team, true)};
}

Reply edit(Call& call) {
  const auto [org, team] = team_in(call);
  const auto fields = call.fields("Team");
  Team changed = *team;
  if (const auto name = fields.text("name")) changed.name = *name;
  read(call, *org, fields, changed);
  changed.slug = slug_of(changed.name);
  if (changed.slug.empty()) throw invalid("Team", "name");
  if (changed.slug != team->slug && org->teams.contains(changed.slug))
    throw invalid("Team", "name", "already_exists");
  org->teams.erase(std::string(team->slug));
  const auto& kept = org->teams[changed.slug] = changed;
  return {.body = call.view.team(*org, kept, true)};
}

Reply remove(Call& call) {
  const auto [org, team] = team_in(call);
  const Id id = team->id;
  for (auto& [slug, other] : org->teams)
    if (other.parent == id) other.parent = 0;
  org->teams.erase(std::string(team->slug));
  return {.status = 204};
}

Reply children(Call& call) {
  const auto [org, team] = team_in(call);
  std::vector<const Team*> all;
  for (const auto& [slug, other] : org->teams)
    if (other.parent == team->id) all.push_back(&other);
  return paged(call, all, [&, of = org](const Team* one) { return call.view.team(*of, *one, false); });
}

Reply own(Call& call) {
  const std::string me = lower(call.need_actor());
  std::vector<std::pair<const Organization*, const Team*>> all;
  for (const auto& [key, org] : call.state.data.organizations)
    for (const auto& [slug, team] : org.teams)
      if (team.members.contains(me)) all.emplace_back(&org, &team);
  return paged(call, all, [&](const auto& one) { return call.view.team(*one.first, *one.second, true); });
}

Reply of_repository(Call& call) {
  auto& repository = call.repository();
  const auto org = call.state.data.organizations.find(lower(repository.owner));
  std::vector<const Team*> all;
  if (org != call.state.data.organizations.end())
    for (const auto& [slug, team] : org->second.teams)
      if (team.repositories.contains(lower(repository.full_name()))) all.push_back(&team);
  return paged(call, all, [&](const Team* one) {
    Json json = call.view.team(org->second, *one, false);
    json["permission"] = one->repositories.at(lower(repository.full_name()));
    json["permissions"] = permissions_of(json["permission"]);
    return json;
  });
}

}  // namespace

FoundTeam team_in(Call& call) {
  if (call.request.params.contains("team_id")) {
    const Id id = call.id("team_id");
    for (auto& [key, org] : call.state.data.organizations)
      if (const Team* team = find_team(org, id)) return {&org, const_cast<Team*>(team)};
    throw not_found();
  }
  auto& org = organization_of(call);
  const auto team = org.teams.find(lower(call.param("team_slug")));
  if (team == org.teams.end()) throw not_found();
  return {&org, &team->second};
}

void add_team_routes(Api& api) {
  const std::string fields = "name description privacy notification_setting permission parent_team_id",
                    list_of = "?page ?per_page";
  api.on("GET", "/orgs/{org}/teams", list_of, list);
  api.on("POST", "/orgs/{org}/teams", fields + " maintainers repo_names", create);
  api.on("GET", "/user/teams", list_of, own);
  api.on("GET", "/repos/{owner}/{repo}/teams", list_of, of_repository);
  for (const std::string team :
       {"/orgs/{org}/teams/{team_slug}", "/teams/{team_id}", "/organizations/{org_id}/team/{team_id}"}) {
    api.on("GET", team, "", get);
    api.on("PATCH", team, fields, edit);
    api.on("DELETE", team, "", remove);
    api.on("GET", team + "/teams", list_of, children);
  }
  add_team_part_routes(api);
}

}  // namespace fakes::github
