// Who works on a repository, and who is asked to.
#include <algorithm>

#include "github/api.h"
#include "github/events.h"
#include "github/people.h"
#include "github/text.h"

namespace fakes::github {

namespace {

const std::string& login_in(Call& call) {
  const std::string& login = call.param("username");
  if (!is_login(login)) throw not_found();
  return login;
}

/// Everybody who has a right to it.
std::vector<std::pair<std::string, std::string>> everybody(const Call& call, const Repository& repository) {
  std::map<std::string, std::string> logins;
  const auto add = [&](const std::string& login) { logins.try_emplace(lower(login), login); };
  const User* owner = call.state.find_user(repository.owner);
  if (!owner || !owner->organization) add(repository.owner);
  for (const auto& [key, member] : repository.collaborators) add(member.login);
  if (const auto org = call.state.data.organizations.find(lower(repository.owner));
      org != call.state.data.organizations.end()) {
    for (const auto& [key, member] : org->second.members) add(member.login);
    for (const auto& [slug, team] : org->second.teams)
      for (const auto& [key, member] : team.members) add(member.login);
  }
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [key, login] : logins)
    if (const std::string role = role_of(call.state, repository, login); !role.empty())
      found.emplace_back(login, role);
  return found;
}

Json with_role(const Call& call, const std::string& login, const std::string& role) {
  Json json = call.view.user(login);
  json["permissions"] = permissions_of(role);
  json["role_name"] = role == "pull" ? "read" : role == "push" ? "write" : role;
  return json;
}

Reply list(Call& call) {
  auto& repository = call.repository();
  const std::string affiliation = call.query.get("affiliation", "all"),
                    permission = call.query.get("permission");
  if (affiliation != "all" && affiliation != "direct" && affiliation != "outside")
    throw invalid("Repository", "affiliation");
  const auto org = call.state.data.organizations.find(lower(repository.owner));
  if (!permission.empty() && std::find(std::begin(kRoles), std::end(kRoles), permission) == std::end(kRoles))
    throw invalid("Repository", "permission");
  auto found = everybody(call, repository);
  std::erase_if(found, [&](const auto& one) {
    const std::string who = lower(one.first);
    const bool direct = repository.collaborators.contains(who) || lower(repository.owner) == who;
    const bool member = org != call.state.data.organizations.end() && org->second.members.contains(who);
    return (!permission.empty() && one.second != permission) || (affiliation != "all" && !direct) ||
           (affiliation == "outside" && member);
  });
  return paged(call, found, [&](const auto& one) { return with_role(call, one.first, one.second); });
}

Reply is_one(Call& call) {
  auto& repository = call.repository();
  if (role_of(call.state, repository, login_in(call)).empty()) throw not_found();
  return {.status = 204};
}

/// GitHub's older names beside the role's own.
Reply permission(Call& call) {
  auto& repository = call.repository();
  const std::string login = login_in(call), own = role_of(call.state, repository, login);
  if (!call.state.find_user(login) && own.empty()) throw not_found();
  const std::string role = own.empty() && !repository.is_private ? "pull" : own;
  const std::string name = role.empty()                           ? "none"
                           : role == "pull" || role == "triage"   ? "read"
                           : role == "push" || role == "maintain" ? "write"
                                                                  : "admin";
  return {.body = {{"permission", name},
                   {"role_name", role.empty()     ? "none"
                                 : role == "pull" ? "read"
                                 : role == "push" ? "write"
                                                  : role},
                   {"user", role.empty() ? call.view.user(login) : with_role(call, login, role)}}};
}

Json invitation(const Call& call, const Repository& repository, const Member& member) {
  const Id id = user_id(lower(repository.full_name()) + " " + lower(member.login));
  return {{"id", id},
          {"node_id", node_id("RepositoryInvitation", id)},
          {"repository", call.view.repository(repository)},
          {"invitee", call.view.user(member.login)},
          {"inviter", call.view.user(repository.owner)},
          {"permissions", member.role == "pull"   ? "read"
                          : member.role == "push" ? "write"
                                                  : member.role},
          {"created_at", iso_time(repository.updated)},
          {"expired", false},
          {"url", call.view.urls().api + "/user/repository_invitations/" + std::to_string(id)},
          {"html_url", call.view.html_url(repository) + "/invitations"}};
}

void tell(Call& call, Repository& repository, const std::string& login, const std::string& action,
          const Json& changes = Json::object()) {
  emit(call, repository, "member",
       {{"action", action}, {"member", call.view.user(login)}, {"changes", changes}});
}

/// Somebody new is invited; a member of the organization, and who is one already, gets the right at once.
Reply add(Call& call) {
  auto& repository = call.repository();
  const std::string login = login_in(call), role = permission_in(call.fields("Repository"), "push"),
                    key = lower(login);
  if (key == lower(repository.owner)) throw custom("Repository", "Repository owner cannot be a collaborator");
  const auto org = call.state.data.organizations.find(lower(repository.owner));
  const bool member = org != call.state.data.organizations.end() && org->second.members.contains(key);
  const auto [place, is_new] = repository.collaborators.try_emplace(
      key, Member{.login = call.state.user(login).login, .pending = !member});
  const std::string before = std::exchange(place->second.role, role);
  if (!place->second.pending) {
    if (is_new)
      tell(call, repository, login, "added");
    else if (before != role)
      tell(call, repository, login, "edited", {{"permission", {{"from", before}, {"to", role}}}});
    return {.status = 204};
  }
  return {.status = 201, .body = invitation(call, repository, place->second)};
}

Reply remove(Call& call) {
  auto& repository = call.repository();
  const std::string login = login_in(call);
  const auto found = repository.collaborators.find(lower(login));
  if (found == repository.collaborators.end()) return {.status = 204};
  const bool was_one = !found->second.pending;
  repository.collaborators.erase(found);
  if (was_one) tell(call, repository, login, "removed");
  return {.status = 204};
}

std::vector<std::pair<Repository*, Member*>> invited(
    Call& call, const std::function<bool(const Repository&, const Member&)>& wanted) {
  std::vector<std::pair<Repository*, Member*>> found;
  for (auto& [key, repository] : call.state.data.repositories)
    for (auto& [login, member] : repository.collaborators)
      if (member.pending && wanted(repository, member)) found.emplace_back(&repository, &member);
  return found;
}

Reply page_of_invitations(Call& call, const std::vector<std::pair<Repository*, Member*>>& all) {
  return paged(call, all, [&](const auto& one) { return invitation(call, *one.first, *one.second); });
}

Reply list_invitations(Call& call) {
  const Repository* of = &call.repository();
  return page_of_invitations(call,
                             invited(call, [&](const Repository& one, const Member&) { return &one == of; }));
}

Reply own_invitations(Call& call) {
  const std::string me = lower(call.need_actor());
  return page_of_invitations(
      call, invited(call, [&](const Repository&, const Member& one) { return lower(one.login) == me; }));
}

std::pair<Repository*, Member*> found_invitation(Call& call) {
  const Id id = call.id("invitation");
  for (const auto& one : invited(call, [](const Repository&, const Member&) { return true; }))
    if (invitation(call, *one.first, *one.second)["id"] == id) return one;
  throw not_found();
}

Reply accept(Call& call) {
  const auto [repository, member] = found_invitation(call);
  if (lower(member->login) != lower(call.actor)) throw not_found();
  member->pending = false;
  tell(call, *repository, member->login, "added");
  return {.status = 204};
}

Reply withdraw(Call& call) {
  const auto [repository, member] = found_invitation(call);
  repository->collaborators.erase(lower(std::string(member->login)));
  return {.status = 204};
}

Reply change_invitation(Call& call) {
  const auto [repository, member] = found_invitation(call);
  const std::string wanted = call.fields("Repository").text("permissions").value_or("");
  const std::string role = wanted == "read" ? "pull" : wanted == "write" ? "push" : wanted;
  if (std::find(std::begin(kRoles), std::end(kRoles), role) == std::end(kRoles))
    throw invalid("Repository", "permissions");
  member->role = role;
  return {.body = invitation(call, *repository, *member)};
}

Reply assignees(Call& call) {
  const auto all = everybody(call, call.repository());
  return paged(call, all, [&](const auto& one) { return call.view.user(one.first); });
}

}  // namespace

void add_collaborator_routes(Api& api) {
  const std::string repository = "/repos/{owner}/{repo}", one = repository + "/collaborators/{username}";
  api.on("GET", repository + "/collaborators", "?affiliation ?permission ?page ?per_page", list);
  api.on("GET", one, "", is_one);
  api.on("PUT", one, "permission", add);
  api.on("DELETE", one, "", remove);
  api.on("GET", one + "/permission", "", permission);
  api.on("GET", repository + "/invitations", "?page ?per_page", list_invitations);
  api.on("PATCH", repository + "/invitations/{invitation}", "permissions", change_invitation);
  api.on("DELETE", repository + "/invitations/{invitation}", "", withdraw);
  api.on("GET", "/user/repository_invitations", "?page ?per_page", own_invitations);
  api.on("PATCH", "/user/repository_invitations/{invitation}", "", accept);
  api.on("DELETE", "/user/repository_invitations/{invitation}", "", withdraw);
  api.on("GET", repository + "/assignees", "?page ?per_page", assignees);
  api.on("GET", repository + "/assignees/{username}", "", is_one);
}

}  // namespace fakes::github
