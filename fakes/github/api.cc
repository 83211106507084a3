#include "github/api.h"

#include <algorithm>

#include "github/text.h"

namespace fakes::github {

namespace {

constexpr const char* kDocumentation = "https://docs.github.com/rest";

Reply error_reply(int status, const std::string& message, const Json& errors) {
  Json body{{"message", message}, {"documentation_url", kDocumentation}, {"status", std::to_string(status)}};
  if (!errors.is_null()) body["errors"] = errors;
  return {.status = status, .body = body};
}

Json body_of(const http::Request& request) {
  if (request.body.find_first_not_of(" \t\r\n") == std::string::npos) return Json::object();
  Json body = Json::parse(request.body, nullptr, false);
  if (body.is_discarded()) throw ApiError(400, "Problems parsing JSON");
  if (!body.is_structured()) throw ApiError(400, "Body should be a JSON object");
  return body;
}

bool is_same(const http::Request& request, const std::string& etag) {
  const std::string known = http::header(request.headers, "If-None-Match");
  return known == "*" || (!known.empty() && known.find(etag) != std::string::npos);
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Api::Api(http::Router& router, State& state, Deliveries& deliveries, ApiOptions options)
    : router_(router), state_(state), deliveries_(deliveries), options_(std::move(options)) {
  options_.git_server = without_slash(options_.git_server);
  options_.public_url = without_slash(options_.public_url);
}

void Api::on(const std::string& method, const std::string& pattern, const Action& action) {
  for (const std::string prefix : {"", "/api/v3"})
    router_.handle(method, prefix + pattern, [this, action, prefix](const http::Request& request) {
      return serve(request, action, prefix);
    });
}

Urls Api::urls_of(const http::Request& request, const std::string& prefix) const {
  std::string base = options_.public_url;
  if (base.empty()) {
    const std::string scheme = http::header(request.headers, "X-Forwarded-Proto"),
                      host = http::header(request.headers, "Host");
    base = (scheme.empty() ? "http" : scheme) + "://" + (host.empty() ? "localhost" : host) +
           without_slash(http::header(request.headers, "X-Forwarded-Prefix"));
  }
  return {base + prefix, base, options_.git_server};
}

Reply Api::act(const http::Request& request, const Action& action, const std::string& prefix,
               std::string& actor) {
  try {
    actor = actor_of(request);
    if (request.method != "GET" && request.method != "HEAD" && actor.empty())
      throw ApiError(401, "Requires authentication");
    const Urls urls = urls_of(request, prefix);
    Call call{.request = request,
              .state = state_,
              .deliveries = deliveries_,
              .query = http::Query(request.query),
              .body = body_of(request),
              .actor = actor,
              .path = urls.api + request.path.substr(prefix.size()),
              .view = View(state_, urls)};
    const std::lock_guard lock(state_.mutex);
    return action(call);
  } catch (const ApiError& e) {
    return error_reply(e.status, e.what(), e.errors);
  } catch (const http::HttpError& e) {
    return error_reply(e.status, e.what(), nullptr);
  }
}

void Api::add_limits(http::Headers& headers, const std::string& actor) {
  const auto rate = rate_limit(actor, true);
  headers.emplace_back("X-RateLimit-Limit", std::to_string(rate.limit));
  headers.emplace_back("X-RateLimit-Remaining", std::to_string(rate.limit - rate.used));
  headers.emplace_back("X-RateLimit-Used", std::to_string(rate.used));
  headers.emplace_back("X-RateLimit-Reset", std::to_string(rate.reset));
  headers.emplace_back("X-RateLimit-Resource", "core");
}

http::Response Api::serve(const http::Request& request, const Action& action, const std::string& prefix) {
  std::string actor;
  Reply reply = act(request, action, prefix, actor);
  http::Response response{.status = reply.status, .headers = std::move(reply.headers), .body = ""};
  if (!reply.body.is_null()) {
    response.body = reply.body.dump(-1, ' ', false, Json::error_handler_t::replace);
    response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  }
  if (response.status == 200 && (request.method == "GET" || request.method == "HEAD")) {
    const std::string etag = "\"" + sha256(response.body + http::header(response.headers, "Link")) + "\"";
    response.headers.emplace_back("ETag", "W/" + etag);
    response.headers.emplace_back("Cache-Control", "private, max-age=60, s-maxage=60");
    response.headers.emplace_back("Vary", "Accept, Authorization");
    if (is_same(request, etag)) response.status = 304, response.body.clear();
  }
  response.headers.emplace_back("X-GitHub-Media-Type", "github.v3; format=json");
  response.headers.emplace_back("X-GitHub-Request-Id", uuid());
  if (!actor.empty()) response.headers.emplace_back("X-OAuth-Scopes", "admin:repo_hook, repo");
  add_limits(response.headers, actor);
  return response;
}

RateLimit rate_limit(const std::string& actor, bool count) {
  constexpr int kHour = 3600;
  static std::mutex mutex;
  static std::map<std::string, RateLimit> limits;
  const std::int64_t time = now();
  const std::lock_guard lock(mutex);
  std::erase_if(limits, [&](const auto& one) { return one.second.reset <= time; });
  auto& rate =
      limits.try_emplace(lower(actor), RateLimit{actor.empty() ? 60 : 5000, 0, time + kHour}).first->second;
  // Clients stop by themselves at 0 left, so it never gets there.
  if (count) rate.used = std::min(rate.used + 1, rate.limit - 1);
  return rate;
}

void add_routes(Api& api) {
  for (const auto add :
       {add_user_routes, add_repository_routes, add_ref_routes, add_commit_routes, add_status_routes,
        add_issue_routes, add_comment_routes, add_label_routes, add_issue_label_routes, add_assignee_routes,
        add_pull_routes, add_merge_routes, add_review_routes, add_reviewer_routes, add_hook_routes})
    add(api);
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
    api.on(method, "/{path...}", [](Call&) -> Reply { throw not_found(); });
}

}  // namespace fakes::github
