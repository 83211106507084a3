#include "gerrit/api.h"

#include "gerrit/seed.h"

namespace fakes::gerrit {

using http::HttpError;
using http::Request;
using http::Response;

namespace {

bool is_authenticated_path(const std::string& path) { return path.starts_with("/a/"); }

/// As endpoints have it: "/a/changes/" as "/changes".
std::string bare_path(std::string path) {
  if (is_authenticated_path(path)) path.erase(0, 2);
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
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

}  // namespace

Api::Api(Settings settings) : settings_(without_slash(std::move(settings))) {
  for (const auto& list : {change_endpoints(), change_action_endpoints(), reviewer_endpoints(),
                           revision_endpoints(), review_endpoints(), account_endpoints(), project_endpoints(),
                           branch_endpoints(), label_endpoints(), config_endpoints()})
    for (const auto& one : list)
      endpoints_.handle(one.method, one.pattern,
                        [this, handle = one.handle](const Request& request) { return run(request, handle); });
}

void Api::add_routes(http::Router& router) {
  for (const char* method : {"GET", "POST", "PUT", "DELETE", "PATCH"})
    router.handle(method, "/{path...}", [this](const Request& request) { return serve(request); });
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
    const auto match = endpoints_.match(request.method, bare_path(request.path));
    if (is_authenticated_path(request.path) && !user_name_of(request)) return unauthorized();
    if (!match.route) {
      auto response = text_error(match.allow.empty() ? 404 : 405,
                                 match.allow.empty() ? "Not Found" : "Method Not Allowed");
      if (!match.allow.empty()) response.headers.emplace_back("Allow", match.allow);
      return response;
    }
    Request with_params = request;
    with_params.params = match.params;
    return match.route->handler(with_params);
  } catch (const HttpError& e) {
    return text_error(e.status, e.what());
  }
}

Response Api::run(const Request& request, Response (*handle)(Call&)) {
  http::Query query(request.query);
  std::lock_guard lock(mutex_);
  std::optional<int> caller;
  if (is_authenticated_path(request.path)) caller = state_.login(*user_name_of(request));
  Call call{.state = state_,
            .settings = settings_,
            .request = request,
            .query = std::move(query),
            .caller = caller};
  return handle(call);
}

}  // namespace fakes::gerrit
