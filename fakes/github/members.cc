// Who belongs to an organization.
#include "github/api.h"
#include "github/people.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

Member& found(Organization& org, const std::string& login) {
  const auto member = org.members.find(lower(login));
  if (member == org.members.end()) throw not_found();
  return member->second;
}

Reply list(Call& call) {
  const auto& org = organization_of(call);
  const std::string role = call.query.get("role", "all"), filter = call.query.get("filter", "all");
  if (filter != "all") throw http::NotImplemented("?filter=" + filter);
  if (role != "all" && role != "admin" && role != "member") throw invalid("Organization", "role");
  return members_page(call, org.members,
                      [&](const Member& one) { return !one.pending && (role == "all" || one.role == role); });
}

Reply invitations(Call& call) {
  const auto& org = organization_of(call);
  const std::string role = call.query.get("role", "all");
  if (role == "billing_manager" || role == "hiring_manager") throw http::NotImplemented("?role=" + role);
  if (role != "all" && role != "admin" && role != "direct_member") throw invalid("Organization", "role");
  return invitations_page(call, org, org.members, role);
}

Reply list_public(Call& call) {
  return members_page(call, organization_of(call).members,
                      [](const Member& one) { return !one.pending && one.is_public; });
}

Reply is_member(Call& call) {
  if (found(organization_of(call), call.param("username")).pending) throw not_found();
  return {.status = 204};
}

Reply is_public(Call& call) {
  if (!found(organization_of(call), call.param("username")).is_public) throw not_found();
  return {.status = 204};
}

Reply set_public(Call& call, bool is_public_one) {
  auto& member = found(organization_of(call), call.param("username"));
  if (lower(member.login) != lower(call.actor))
    throw ApiError(403, "You can only change your own membership.");
  member.is_public = is_public_one;
  return {.status = 204};
}

Reply remove(Call& call) {
  auto& org = organization_of(call);
  const std::string key = lower(call.param("username"));
  if (org.members.erase(key) == 0) throw not_found();
  for (auto& [slug, team] : org.teams) team.members.erase(key);
  return {.status = 204};
}

Json membership(const Call& call, const Organization& org, const Member& member) {
  const std::string url = call.view.urls().api + "/orgs/" + org.login;
  return {{"url", url + "/memberships/" + member.login},
          {"state", member.pending ? "pending" : "active"},
          {"role", member.role},
          {"organization_url", url},
          {"organization", call.view.organization(org.login)},
          {"user", call.view.user(member.login)}};
}

Reply get(Call& call) {
  auto& org = organization_of(call);
  return {.body = membership(call, org, found(org, call.param("username")))};
}

/// Somebody new is invited, and has to accept.
Reply set(Call& call) {
  auto& org = organization_of(call);
  const std::string login = call.param("username"),
                    role = call.fields("Organization").text("role").value_or("member");
  if (!is_login(login)) throw not_found();
  if (role != "admin" && role != "member") throw invalid("Organization", "role");
  const auto [place, is_new] = org.members.try_emplace(
      lower(login),
      Member{.login = call.state.user(login).login, .pending = lower(login) != lower(call.actor)});
  place->second.role = role;
  return {.body = membership(call, org, place->second)};
}

std::vector<std::pair<const Organization*, const Member*>> of_user(const Call& call,
                                                                   const std::string& login) {
  std::vector<std::pair<const Organization*, const Member*>> all;
  for (const auto& [key, org] : call.state.data.organizations)
    if (const auto member = org.members.find(lower(login)); member != org.members.end())
      all.emplace_back(&org, &member->second);
  return all;
}

Reply own_memberships(Call& call) {
  auto all = of_user(call, call.need_actor());
  const std::string state = call.query.get("state");
  if (!state.empty() && state != "active" && state != "pending") throw invalid("Organization", "state");
  std::erase_if(
      all, [&](const auto& one) { return !state.empty() && one.second->pending != (state == "pending"); });
  return paged(call, all, [&](const auto& one) { return membership(call, *one.first, *one.second); });
}

Reply own_membership(Call& call) {
  auto& org = organization_of(call);
  return {.body = membership(call, org, found(org, call.need_actor()))};
}

Reply accept(Call& call) {
  auto& org = organization_of(call);
  auto& member = found(org, call.actor);
  if (call.fields("Organization").required("state") != "active") throw invalid("Organization", "state");
  member.pending = false;
  for (auto& [slug, team] : org.teams)
    if (const auto place = team.members.find(lower(call.actor)); place != team.members.end())
      place->second.pending = false;
  return {.body = membership(call, org, member)};
}

Reply organizations(Call& call, const std::string& login, bool public_ones) {
  auto all = of_user(call, login);
  std::erase_if(
      all, [&](const auto& one) { return one.second->pending || (public_ones && !one.second->is_public); });
  return paged(call, all, [&](const auto& one) { return call.view.organization(one.first->login); });
}

}  // namespace

void add_member_routes(Api& api) {
  const std::string org = "/orgs/{org}", member = org + "/members/{username}",
                    membership_of = org + "/memberships/{username}",
                    open = org + "/public_members/{username}";
  api.on("GET", org + "/members", "?filter ?role ?page ?per_page", list);
  api.on("GET", org + "/invitations", "?role ?page ?per_page", invitations);
  api.on("GET", member, "", is_member);
  api.on("DELETE", member, "", remove);
  api.on("GET", membership_of, "", get);
  api.on("PUT", membership_of, "role", set);
  api.on("DELETE", membership_of, "", remove);
  api.on("GET", org + "/public_members", "?page ?per_page", list_public);
  api.on("GET", open, "", is_public);
  api.on("PUT", open, "", [](Call& call) { return set_public(call, true); });
  api.on("DELETE", open, "", [](Call& call) { return set_public(call, false); });
  api.on("GET", "/user/memberships/orgs", "?state ?page ?per_page", own_memberships);
  api.on("GET", "/user/memberships/orgs/{org}", "", own_membership);
  api.on("PATCH", "/user/memberships/orgs/{org}", "state", accept);
  api.on("GET", "/user/orgs", "?page ?per_page",
         [](Call& call) { return organizations(call, call.need_actor(), false); });
  api.on("GET", "/users/{username}/orgs", "?page ?per_page",
         [](Call& call) { return organizations(call, call.param("username"), true); });
}

}  // namespace fakes::github
