#include "github/api.h"
#include "github/changes.h"
#include "github/history.h"
#include "github/text.h"

namespace fakes::github {

namespace {

Reply create(Call& call, const std::string& owner) {
  const auto fields = call.fields("Repository");
  const std::string name = fields.required("name");
  const auto description = fields.text("description"), visibility = fields.text("visibility");
  const bool is_private = fields.flag("private").value_or(visibility == "private"),
             has_issues = fields.flag("has_issues").value_or(true),
             auto_init = fields.flag("auto_init").value_or(false);
  auto& repository = call.state.add_repository(owner, name);
  repository.description = description;
  repository.is_private = is_private;
  repository.has_issues = has_issues;
  call.state.user(call.actor);
  if (auto_init) {
    const Person who{.name = call.actor, .email = call.actor + "@users.noreply.github.com", .date = now()};
    const auto sha = add_commit(repository, {.sha = "",
                                             .tree = kEmptyTree,
                                             .message = "Initial commit",
                                             .login = call.actor,
                                             .parents = {},
                                             .author = who,
                                             .committer = who});
    repository.refs["heads/" + repository.default_branch] = sha;
  }
  return {.status = 201,
          .body = call.view.repository(repository),
          .headers = {{"Location", call.view.url(repository)}}};
}

Reply create_for_user(Call& call) { return create(call, call.actor); }

Reply create_for_organization(Call& call) {
  const std::string org = call.param("org");
  const User* found = call.state.find_user(org);
  if (!is_login(org) || (found && !found->organization)) throw not_found();
  auto reply = create(call, org);
  call.state.user(org, true);
  reply.body["owner"] = call.view.user(org);
  return reply;
}

Reply get(Call& call) { return {.body = call.view.repository(call.repository())}; }

Reply edit(Call& call) {
  auto& repository = call.repository();
  const auto fields = call.fields("Repository");
  const auto branch = fields.text("default_branch"), description = fields.text("description");
  const auto is_private = fields.flag("private"), has_issues = fields.flag("has_issues");
  if (branch && !repository.refs.contains("heads/" + *branch)) throw invalid("Repository", "default_branch");
  if (branch) repository.default_branch = *branch;
  if (fields.has("description")) repository.description = description;
  if (is_private) repository.is_private = *is_private;
  if (has_issues) repository.has_issues = *has_issues;
  repository.updated = now();
  return {.body = call.view.repository(repository)};
}

Reply remove(Call& call) {
  auto& repository = call.repository();
  for (const auto& [id, hook] : repository.hooks) call.deliveries.remove(id);
  call.state.data.repositories.erase(lower(repository.full_name()));
  return {.status = 204};
}

Reply list(Call& call, const std::string& owner) {
  std::vector<const Repository*> found;
  for (const auto& [key, repository] : call.state.data.repositories)
    if (lower(repository.owner) == lower(owner) && (!repository.is_private || !call.actor.empty()))
      found.push_back(&repository);
  return paged(call, found, [&](const Repository* one) { return call.view.repository(*one); });
}

Reply list_own(Call& call) {
  if (call.actor.empty()) throw ApiError(401, "Requires authentication");
  return list(call, call.actor);
}

Reply list_of_user(Call& call) {
  if (!call.state.find_user(call.param("login"))) throw not_found();
  return list(call, call.param("login"));
}

}  // namespace

void add_repository_routes(Api& api) {
  api.on("POST", "/user/repos", create_for_user);
  api.on("POST", "/orgs/{org}/repos", create_for_organization);
  api.on("GET", "/user/repos", list_own);
  api.on("GET", "/users/{login}/repos", list_of_user);
  api.on("GET", "/orgs/{org}/repos", [](Call& call) { return list(call, call.param("org")); });
  api.on("GET", "/repos/{owner}/{repo}", get);
  api.on("PATCH", "/repos/{owner}/{repo}", edit);
  api.on("DELETE", "/repos/{owner}/{repo}", remove);
}

}  // namespace fakes::github
