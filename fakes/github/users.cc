#include "github/api.h"

namespace fakes::github {

namespace {

Reply current_user(Call& call) {
  if (call.actor.empty()) throw ApiError(401, "Requires authentication");
  return {.body = call.view.full_user(call.actor)};
}

Reply user(Call& call) {
  const User* found = call.state.find_user(call.param("login"));
  if (!found) throw not_found();
  return {.body =
              found->organization ? call.view.organization(found->login) : call.view.full_user(found->login)};
}

/// Any name that is no user's is an organization's, so that a test needs not make one first.
Reply organization(Call& call) {
  const std::string& name = call.param("org");
  const User* found = call.state.find_user(name);
  if (!is_login(name) || (found && !found->organization)) throw not_found();
  return {.body = call.view.organization(name)};
}

Reply limits(Call& call) {
  const auto rate = rate_limit(call.actor, false);
  const Json json{{"limit", rate.limit},
                  {"used", rate.used},
                  {"remaining", rate.limit - rate.used},
                  {"reset", rate.reset}};
  Json search = json;
  search["limit"] = search["remaining"] = 30;
  search["used"] = 0;
  return {.body = {{"resources", {{"core", json}, {"search", search}, {"graphql", json}}}, {"rate", json}}};
}

}  // namespace

void add_user_routes(Api& api) {
  api.on("GET", "/user", "", current_user);
  api.on("GET", "/users/{login}", "", user);
  api.on("GET", "/orgs/{org}", "", organization);
  api.on("GET", "/rate_limit", "", limits);
}

}  // namespace fakes::github
