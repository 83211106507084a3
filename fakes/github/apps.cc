// GitHub Apps: what an app says with its own key, and what with an installation's token.
#include <openssl/rand.h>

#include <algorithm>

#include "github/api.h"
#include "github/jwt.h"
#include "github/text.h"

namespace fakes::github {

namespace {

constexpr Time kLifetime = 3600;  // seconds of a token

const App& app_in(const Call& call) {
  if (!call.app) throw ApiError(401, "A JSON web token could not be decoded");
  return *call.app;
}

Installation& found(Call& call, const App& app) {
  const auto place = call.state.data.installations.find(call.id("installation"));
  if (place == call.state.data.installations.end() || place->second.app != app.id) throw not_found();
  return place->second;
}

Json permissions_json(const std::map<std::string, std::string>& permissions) {
  Json json = Json::object();
  for (const auto& [name, value] : permissions) json[name] = value;
  return json;
}

Json installation_json(const Call& call, const Installation& installation) {
  const App& app = call.state.data.apps.at(installation.app);
  const User* account = call.state.find_user(installation.account);
  const bool org = account && account->organization;
  const std::string url = call.view.urls().api + "/app/installations/" + std::to_string(installation.id);
  return {{"id", installation.id},
          {"account", call.view.user(installation.account)},
          {"app_id", app.id},
          {"app_slug", app.slug},
          {"target_id", user_id(installation.account)},
          {"target_type", org ? "Organization" : "User"},
          {"permissions", permissions_json(app.permissions)},
          {"events", app.events},
          {"repository_selection", installation.repositories ? "selected" : "all"},
          {"access_tokens_url", url + "/access_tokens"},
          {"repositories_url", call.view.urls().api + "/installation/repositories"},
          {"html_url", call.view.urls().web + "/settings/installations/" + std::to_string(installation.id)},
          {"single_file_name", nullptr},
          {"suspended_at", time_or_null(installation.suspended)},
          {"suspended_by", nullptr},
          {"created_at", iso_time(installation.created)},
          {"updated_at", iso_time(installation.created)}};
}

Reply own(Call& call) {
  Json json = call.view.app(app_in(call));
  json["installations_count"] =
      std::count_if(call.state.data.installations.begin(), call.state.data.installations.end(),
                    [&](const auto& one) { return one.second.app == call.app->id; });
  return {.body = json};
}

Reply by_slug(Call& call) {
  for (const auto& [id, app] : call.state.data.apps)
    if (app.slug == call.param("slug")) return {.body = call.view.app(app)};
  throw not_found();
}

Reply list(Call& call) {
  const App& app = app_in(call);
  std::vector<const Installation*> all;
  for (const auto& [id, one] : call.state.data.installations)
    if (one.app == app.id) all.push_back(&one);
  return paged(call, all, [&](const Installation* one) { return installation_json(call, *one); });
}

Reply get(Call& call) { return {.body = installation_json(call, found(call, app_in(call)))}; }

Reply remove(Call& call) {
  const Id id = found(call, app_in(call)).id;
  call.state.data.installations.erase(id);
  std::erase_if(call.state.data.tokens, [&](const auto& one) { return one.second.installation == id; });
  return {.status = 204};
}

Reply suspend(Call& call, bool suspended) {
  found(call, app_in(call)).suspended = suspended ? now() : 0;
  return {.status = 204};
}

bool has(const Installation& installation, const Repository& repository) {
  if (installation.repositories) return installation.repositories->contains(lower(repository.full_name()));
  return lower(installation.account) == lower(repository.owner);
}

/// Of an account, an organization or a repository that the path names.
Reply installation_of(Call& call, const std::string& account, const Repository* repository) {
  const App& app = app_in(call);
  for (const auto& [id, one] : call.state.data.installations)
    if (one.app == app.id && (repository ? has(one, *repository) : lower(one.account) == lower(account)))
      return {.body = installation_json(call, one)};
  throw not_found();
}

std::string new_token() {
  unsigned char bytes[18];
  RAND_bytes(bytes, sizeof bytes);
  std::string text = base64({reinterpret_cast<const char*>(bytes), sizeof bytes});
  for (char& c : text)
    if (c == '+' || c == '/') c = 'x';
  return "ghs_" + text;
}

/// Whether the app has that permission, at that level or above.
bool is_within(const std::string& level, const std::map<std::string, std::string>& permissions,
               const std::string& name) {
  const std::vector<std::string> levels{"read", "write", "admin"};
  const auto rank = [&](const std::string& one) { return std::find(levels.begin(), levels.end(), one); };
  const auto found = permissions.find(name);
  return found != permissions.end() && rank(level) != levels.end() && rank(level) <= rank(found->second);
}

Reply create_token(Call& call) {
  const App& app = app_in(call);
  auto& installation = found(call, app);
  if (installation.suspended != 0) throw ApiError(403, "This installation has been suspended");
  const auto fields = call.fields("Token");
  Token token{.value = new_token(),
              .app = app.id,
              .installation = installation.id,
              .expires = now() + kLifetime,
              .repositories = installation.repositories,
              .permissions = app.permissions};
  std::set<std::string> wanted;
  const auto add = [&](const Repository* repository) {
    if (!repository || !has(installation, *repository))
      throw ApiError(422,
                     "There is at least one repository that does not exist or is not accessible to the "
                     "parent installation.");
    wanted.insert(lower(repository->full_name()));
  };
  for (const auto& name : fields.list("repositories").value_or(std::vector<std::string>{}))
    add(call.state.find_repository(installation.account + "/" + name));
  if (const Json* ids = fields.raw("repository_ids")) {
    if (!ids->is_array()) throw invalid("Token", "repository_ids");
    for (const auto& id : *ids) add(call.state.find_repository_by_id(id.dump()));
  }
  if (!wanted.empty()) token.repositories = wanted;
  if (const Json* permissions = fields.raw("permissions")) {
    if (!permissions->is_object()) throw invalid("Token", "permissions");
    if (!permissions->empty()) token.permissions.clear();  // none is all that the app has
    for (const auto& [name, value] : permissions->items()) {
      if (!value.is_string()) throw invalid("Token", "permissions");
      if (!is_within(value, app.permissions, name))
        throw ApiError(422, "The permissions requested are not granted to this installation.");
      token.permissions[name] = value;
    }
  }
  Json json{{"token", token.value},
            {"expires_at", iso_time(token.expires)},
            {"permissions", permissions_json(token.permissions)},
            {"repository_selection", token.repositories ? "selected" : "all"}};
  if (token.repositories) {
    json["repositories"] = Json::array();
    for (const auto& name : *token.repositories)
      if (const Repository* one = call.state.find_repository(name))
        json["repositories"].push_back(call.view.repository(*one));
  }
  call.state.data.tokens[token.value] = token;
  return {.status = 201, .body = json};
}

const Token& token_in(const Call& call) {
  if (!call.token) throw ApiError(403, "Resource not accessible by integration");
  return *call.token;
}

Reply own_repositories(Call& call) {
  const Token& token = token_in(call);
  const auto& installation = call.state.data.installations.at(token.installation);
  std::vector<const Repository*> all;
  for (const auto& [key, repository] : call.state.data.repositories)
    if (token.repositories ? token.repositories->contains(key) : has(installation, repository))
      all.push_back(&repository);
  auto page = paged(call, all, [&](const Repository* one) { return call.view.repository(*one); });
  page.body = {{"total_count", all.size()},
               {"repository_selection", token.repositories ? "selected" : "all"},
               {"repositories", std::move(page.body)}};
  return page;
}

Reply end_token(Call& call) {
  call.state.data.tokens.erase(std::string(token_in(call).value));
  return {.status = 204};
}

}  // namespace

void add_app_routes(Api& api) {
  const std::string one = "/app/installations/{installation}";
  api.on("GET", "/app", "", own);
  api.on("GET", "/apps/{slug}", "", by_slug);
  api.on("GET", "/app/installations", "?page ?per_page", list);
  api.on("GET", one, "", get);
  api.on("DELETE", one, "", remove);
  api.on("PUT", one + "/suspended", "", [](Call& call) { return suspend(call, true); });
  api.on("DELETE", one + "/suspended", "", [](Call& call) { return suspend(call, false); });
  api.on("POST", one + "/access_tokens", "repositories repository_ids permissions permissions.*",
         create_token);
  api.on("GET", "/repos/{owner}/{repo}/installation", "",
         [](Call& call) { return installation_of(call, "", &call.repository()); });
  api.on("GET", "/orgs/{org}/installation", "",
         [](Call& call) { return installation_of(call, call.param("org"), nullptr); });
  api.on("GET", "/users/{username}/installation", "",
         [](Call& call) { return installation_of(call, call.param("username"), nullptr); });
  api.on("GET", "/installation/repositories", "?page ?per_page", own_repositories);
  api.on("DELETE", "/installation/token", "", end_token);
}

}  // namespace fakes::github
