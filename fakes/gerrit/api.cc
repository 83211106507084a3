#include "gerrit/api.h"

#include <algorithm>

#include "gerrit/catalogue.h"
#include "gerrit/lenient.h"
#include "gerrit/prow_admin.h"
#include "gerrit/seed.h"
#include "http/not_implemented.h"

namespace fakes::gerrit {

using http::HttpError;
using http::NotImplemented;
using http::Request;
using http::Response;

namespace {

constexpr std::size_t kBodyLimit = 16 << 20;  // a file of a change edit

bool is_authenticated_path(const std::string& path) { return path.starts_with("/a/"); }

/// As endpoints have it: "/a/changes/" as "/changes".
std::string bare_path(std::string path) {
  if (is_authenticated_path(path)) path.erase(0, 2);
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// Gerrit reads `+` in a path's ids as a space, as in a form.
std::string with_spaces(std::string path) {
  for (auto at = path.find('+'); at != std::string::npos; at = path.find('+', at)) path.replace(at, 1, "%20");
  return path;
}

Settings without_slash(Settings settings) {
  while (settings.git_server.ends_with('/')) settings.git_server.pop_back();
  return settings;
}

Response unauthorized() {
  auto response = text_error(401, "Unauthorized");
  response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"Gerrit Code Review\"");
  return response;
}

/// The pattern with parameters that have no names: routes of the same shape have the same key.
std::string key_of(const std::string& method, const std::string& pattern) {
  std::string key = method + " ";
  bool inside = false;
  for (const char c : pattern) {
    if (c == '{') inside = true, key += c;
    if (!inside || c == '}') key += c;
    if (c == '}') inside = false;
  }
  return key;
}

/// What a client of git asks for.
bool is_git(const std::string& path) {
  return path.ends_with("/info/refs") || path.ends_with("/git-upload-pack") ||
         path.ends_with("/git-receive-pack");
}

/// Throws as Gerrit answers a parameter of the query that is none of the route's, and NotImplemented at one
/// that is not ours.
void check_query(const http::Names& real, const http::Names& ours, const http::Query& query) {
  for (const auto& [name, value] : query.pairs()) {
    if (name == "pp" || name == "trace" || name == "access_token" || name == "alt" ||
        ours.queries.contains(name))
      continue;
    if (real.queries.contains(name)) throw NotImplemented("?" + name);
    throw HttpError(400,
                    "\"" + std::string(name.size() == 1 ? "-" : "--") + name + "\" is not a valid option");
  }
}

/// The body without what is as if it was not there: Gerrit's inputs are Java objects whose fields have these
/// values anyway, and its clients send them all.
Json what_is_said(const Json& body) {
  Json said = Json::object();
  for (const auto& [name, value] : body.items()) {
    const bool is_default = value.is_null() || value == false || value == "" || value == 0 ||
                            value == "INHERIT" || value == "DEFAULT" ||
                            ((value.is_object() || value.is_array()) && value.empty());
    if (!is_default) said[name] = value;
  }
  return said;
}

/// Headers by which Gerrit does something else.
void check_headers(const Request& request) {
  for (const char* name :
       {"X-HTTP-Method-Override", "X-Gerrit-RunAs", "X-Gerrit-UpdatedRef-Enabled", "X-Gerrit-Deadline"})
    if (!http::header(request.headers, name).empty()) throw NotImplemented(std::string("the header ") + name);
}

std::vector<Endpoint> all_endpoints() {
  std::vector<Endpoint> all;
  for (const auto& list :
       {change_endpoints(),      change_action_endpoints(), submit_endpoints(), rebase_endpoints(),
        cherry_pick_endpoints(), revert_endpoints(),        move_endpoints(),   message_endpoints(),
        edit_endpoints(),        file_endpoints(),          vote_endpoints(),   action_endpoints(),
        reviewer_endpoints(),    revision_endpoints(),      review_endpoints(), account_endpoints(),
        project_endpoints(),     branch_endpoints(),        label_endpoints(),  config_endpoints(),
        tool_endpoints()})
    all.insert(all.end(), list.begin(), list.end());
  return all;
}

}  // namespace

Api::Api(Settings settings) : settings_(without_slash(std::move(settings))) {
  std::map<std::string, http::Names> real;
  for (const auto& route : http::read_catalogue(kCatalogue)) {
    real[key_of(route.method, route.pattern)] = route.names;
    real_.handle(route.method, route.pattern,
                 [](const Request&) -> Response { throw NotImplemented(NotImplemented::kRoute); });
  }
  for (const auto& one : all_endpoints()) {
    const auto names = real.find(key_of(one.method, one.pattern));
    if (names == real.end())
      throw std::invalid_argument(std::string("the catalogue has no ") + one.method + " " + one.pattern);
    endpoints_.handle(one.method, one.pattern,
                      [this, one, names = names->second, ours = http::Names(one.takes)](
                          const Request& request) { return run(request, one, names, ours); });
  }
}

void Api::add_routes(http::Router& router) {
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH"})
    router.handle(
        method, "/{path...}", [this](const Request& request) { return serve(request); }, kBodyLimit);
  for (const auto& one : prow_admin_routes())
    for (const char* front : {"", "/a"})
      router.handle(one.method, std::string(front) + one.pattern,
                    [this, handle = one.handle](const Request& request) {
                      std::lock_guard lock(mutex_);
                      return handle(state_, request);
                    });
}

void Api::reset() {
  State empty;
  std::lock_guard lock(mutex_);
  std::swap(state_, empty);
}

void Api::seed(const Json& json) {
  std::lock_guard lock(mutex_);
  gerrit::seed(state_, json);
}

Response Api::serve(const Request& request) {
  try {
    const auto path = bare_path(request.path);
    const auto match = endpoints_.match(request.method, with_spaces(path));
    if (!is_lenient() && is_authenticated_path(request.path) && !user_name_of(request)) return unauthorized();
    Request with_params = request;
    if (match.route) {
      with_params.params = match.params;
      return match.route->handler(with_params);
    }
    const auto real = real_.match(request.method, path);
    if (real.route) return real.route->handler(with_params);
    if (is_git(path)) return git_fetch(request, path).answer();
    const auto allow = real.allow.empty() ? match.allow : real.allow;
    auto response = text_error(allow.empty() ? 404 : 405, allow.empty() ? "Not Found" : "Method Not Allowed");
    if (!allow.empty()) response.headers.emplace_back("Allow", allow);
    return response;
  } catch (const NotImplemented&) {
    throw;
  } catch (const HttpError& e) {
    return text_error(e.status, e.what());
  }
}

GitFetch Api::git_fetch(const Request& request, const std::string& path) {
  std::lock_guard lock(mutex_);
  return {state_, request, path};
}

Response Api::run(const Request& request, const Endpoint& endpoint, const http::Names& real,
                  const http::Names& ours) {
  http::Query query(request.query);
  check_headers(request);
  check_query(real, ours, query);
  if (const auto body = Json::parse(request.body, nullptr, false); body.is_object())
    http::require_ours(real, ours, what_is_said(body), http::Query(""));
  const bool lenient = is_lenient();
  std::lock_guard lock(mutex_);
  std::optional<int> caller;
  const auto name = lenient || is_authenticated_path(request.path) ? user_name_of(request) : std::nullopt;
  if (name)
    caller = state_.login(*name);
  else if (state_.self)
    caller = state_.self;
  else if (lenient)
    caller = state_.login("anybody");
  Call call{.state = state_,
            .settings = settings_,
            .request = request,
            .query = std::move(query),
            .caller = caller,
            .lenient = lenient};
  if (lenient) make_what_is_named(call, endpoint.pattern);
  return endpoint.handle(call);
}

}  // namespace fakes::gerrit
