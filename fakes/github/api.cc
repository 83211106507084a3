#include "github/api.h"

#include <algorithm>
#include <stdexcept>

#include "far_txt.h"
#include "git_txt.h"
#include "github/media.h"
#include "github/text.h"
#include "github/web.h"
#include "http/not_implemented.h"
#include "issues_txt.h"
#include "organizations_txt.h"
#include "others_txt.h"
#include "pulls_txt.h"
#include "repositories_txt.h"
#include "undocumented_txt.h"

namespace fakes::github {

namespace {

constexpr const char* kDocumentation = "https://docs.github.com/rest";
constexpr std::size_t kBodyLimit = 40 << 20;  // a blob may have 40 MB in base64

Reply error_reply(int status, const std::string& message, const Json& errors = nullptr) {
  Json body{{"message", message}, {"documentation_url", kDocumentation}, {"status", std::to_string(status)}};
  if (!errors.is_null()) body["errors"] = errors;
  return {.status = status, .body = body};
}

/// Discarded where it is no JSON. Clients send null for nothing too.
Json body_of(const http::Request& request) {
  if (request.body.find_first_not_of(" \t\r\n") == std::string::npos) return Json::object();
  Json body = Json::parse(request.body, nullptr, false);
  if (body.is_null()) body = Json::object();
  return body;  // never copied: a copy recurses as deep as it is nested
}

void check_body(const Json& body) {
  if (body.is_discarded()) throw ApiError(400, "Problems parsing JSON");
  if (!body.is_structured()) throw ApiError(400, "Body should be a JSON object");
}

bool is_same(const http::Request& request, const std::string& etag) {
  const std::string known = http::header(request.headers, "If-None-Match");
  return known == "*" || (!known.empty() && known.find(etag) != std::string::npos);
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// Of a header that each proxy adds to, what the first one said: "https, http".
std::string first_of(const http::Headers& headers, const char* name) {
  const std::string value = http::header(headers, name);
  const auto end = std::min(value.find(','), value.size()), begin = value.find_first_not_of(" \t");
  if (begin >= end) return "";
  return value.substr(begin, value.find_last_not_of(" \t", end - 1) - begin + 1);
}

bool is_inside(const std::string& field, const std::set<std::string, std::less<>>& names) {
  const auto dot = field.find('.');
  return names.contains(field) || (dot != std::string::npos && names.contains(field.substr(0, dot) + ".*"));
}

/// What an app may ask for by its own key, and not by an installation's token.
bool is_for_apps(const std::string& path) {
  return path == "/app" || path.starts_with("/app/") || path.starts_with("/apps/") ||
         path.ends_with("/installation");
}

/// An action that does not do what it declared must not look as if it had.
void check_reads(const Call& call, const http::Names& ours, const Reply& reply) {
  for (const auto& field : call.read)
    if (!is_inside(field, ours.fields) && !call.body.is_array())
      throw std::logic_error("the field " + field + " is read and not declared");
  for (const auto& name : call.query.read())
    if (!ours.queries.contains(name))
      throw std::logic_error("the parameter " + name + " is read and not declared");
  if (reply.status >= 300) return;
  for (const auto& field : http::fields_of(call.body))
    if (ours.fields.contains(field) && !call.read.contains(field))
      throw std::logic_error("the field " + field + " is declared and was not read");
  for (const auto& [name, value] : call.query.pairs())
    if (ours.queries.contains(name) && !call.query.read().contains(name))
      throw std::logic_error("the parameter " + name + " is declared and was not read");
}

std::map<std::string, http::RealRoute> read_all() {
  std::map<std::string, http::RealRoute> all;
  for (const auto text : {kFarTxt, kGitTxt, kIssuesTxt, kOrganizationsTxt, kOthersTxt, kPullsTxt,
                          kRepositoriesTxt, kUndocumentedTxt})
    for (auto& route : http::read_catalogue(text)) {
      const auto [place, added] = all.try_emplace(http::shape_of(route.method, route.pattern), route);
      if (!added) place->second.names.fields.merge(route.names.fields);
    }
  return all;
}

/// GitHub's own routes: which of them a request means is decided here, also where one of ours would fit it.
const http::Router& real_routes() {
  static const http::Router kRouter = [] {
    http::Router router;
    for (const auto& [shape, route] : read_all()) router.handle(route.method, route.pattern, {});
    return router;
  }();
  return kRouter;
}

/// The shape of GitHub's route for a request; "" where it has none. `path` is the one below the API.
std::string real_shape(const std::string& method, const std::string& path) {
  const auto match = real_routes().match(method, path);
  if (!match.route) return "";
  std::string pattern;
  for (const auto& segment : match.route->segments) pattern += "/" + segment;
  return http::shape_of(match.route->method, pattern);
}

}  // namespace

Api::Api(http::Router& router, State& state, Deliveries& deliveries, ApiOptions options)
    : router_(router), state_(state), deliveries_(deliveries), options_(std::move(options)) {
  options_.git_server = without_slash(options_.git_server);
  options_.public_url = without_slash(options_.public_url);
  static const auto kCatalogue = read_all();
  catalogue_ = kCatalogue;
}

void Api::on(const std::string& method, const std::string& pattern, std::string_view names,
             const Action& action) {
  add(method, pattern, names, action, false);
}

void Api::on_bytes(const std::string& method, const std::string& pattern, std::string_view names,
                   const Action& action) {
  add(method, pattern, names, action, true);
}

void Api::add(const std::string& method, const std::string& pattern, std::string_view names,
              const Action& action, bool is_bytes) {
  const auto real = catalogue_.find(http::shape_of(method, pattern));
  const std::string route = method + " " + pattern;
  if (real == catalogue_.end()) throw std::logic_error("GitHub's catalogue does not have " + route);
  if (!real->second.is_named) throw std::logic_error("the catalogue leaves out the names of " + route);
  http::Names ours(names);
  const auto check = [&](const auto& mine, const auto& its) {
    for (const auto& name : mine)
      if (!its.contains(name.substr(0, name.find('='))) && !name.ends_with(".*"))
        throw std::logic_error(route + " has no " + name);
  };
  check(ours.fields, real->second.names.fields);
  check(ours.queries, real->second.names.queries);
  check(ours.forms, real->second.names.forms);
  handle(method, pattern, real->second.names, ours, action, is_bytes);
}

void Api::handle(const std::string& method, const std::string& pattern, const http::Names& real,
                 const http::Names& ours, const Action& action, bool is_bytes) {
  constexpr const char* kUploads = "/api/uploads";
  for (const std::string prefix : {"", "/api/v3", kUploads}) {
    if (prefix == kUploads && !is_bytes) continue;
    const auto served = std::make_shared<Served>(
        Served{.prefix = prefix, .real = real, .ours = ours, .action = action, .is_bytes = is_bytes});
    const std::string shape = http::shape_of(method, pattern);
    const auto handler = [this, served, shape](const http::Request& request) {
      const std::string meant = real_shape(request.method, request.path.substr(served->prefix.size()));
      if (meant.empty() || meant == shape) return serve(request, *served);
      return serve(request, {.prefix = served->prefix, .real = {}, .ours = {}, .action = {}});
    };
    router_.handle(method, prefix + pattern, handler, kBodyLimit);
  }
}

void Api::finish() {
  for (const char* path : {"/graphql", "/api/graphql"}) handle("POST", path, {}, {}, {});
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    for (const std::string prefix : {"", "/api/v3"})
      router_.handle(
          method, prefix + "/repositories/{id}/{rest...}",
          [this, prefix](const http::Request& request) { return by_id(request, prefix); }, kBodyLimit);
    const auto page = [](Call& call) {
      if (call.request.path.starts_with("/api/")) throw not_found();
      return web_page(call, call.param("path"));
    };
    handle(method, "/{path...}", {}, {}, page, true);
  }
}

/// What GitHub's redirects lead to: /repositories/ID/issues/1 is /repos/OWNER/NAME/issues/1.
http::Response Api::by_id(const http::Request& request, const std::string& prefix) {
  http::Request other = request;
  {
    const std::lock_guard lock(state_.mutex);
    const Repository* found = state_.find_repository_by_id(request.params.at("id"));
    const auto rest = request.path.find('/', prefix.size() + std::string("/repositories/").size());
    other.path = prefix + "/repos/" + (found ? found->full_name() : "-/-") + request.path.substr(rest);
  }
  const auto match = router_.match(other.method, other.path);
  other.params = match.params;
  return match.route->handler(other);
}

Urls Api::urls_of(const http::Request& request, const std::string& prefix) const {
  std::string base = options_.public_url;
  if (base.empty()) {
    const std::string scheme = first_of(request.headers, "X-Forwarded-Proto"),
                      forwarded = first_of(request.headers, "X-Forwarded-Host"),
                      host = forwarded.empty() ? http::header(request.headers, "Host") : forwarded;
    base = (scheme.empty() ? "http" : scheme) + "://" + (host.empty() ? "localhost" : host) +
           without_slash(first_of(request.headers, "X-Forwarded-Prefix"));
  }
  return {base + prefix, base, options_.git_server};
}

Reply Api::act_locked(const http::Request& request, const Served& served, std::string& actor) {
  const std::lock_guard lock(state_.mutex);
  const Actor who = actor_of(request, state_);
  actor = who.login;
  if (!served.action) throw http::NotImplemented(http::NotImplemented::kRoute);
  Json body = served.is_bytes ? Json::object() : body_of(request);
  http::Query query(request.query);
  const bool writes = request.method != "GET" && request.method != "HEAD";
  if (actor.empty() && state_.data.lenient) actor = kDefaultActor;
  if (writes && actor.empty()) throw ApiError(401, "Requires authentication");
  check_body(body);
  const Urls urls = urls_of(request, served.prefix);
  Call call{.request = request,
            .state = state_,
            .deliveries = deliveries_,
            .query = std::move(query),
            .body = std::move(body),
            .actor = actor,
            .app = who.app,
            .token = who.token,
            .path = urls.api + request.path.substr(served.prefix.size()),
            .view = View(state_, urls, actor, who.token)};
  check_headers(request.headers);
  if (who.app && !is_for_apps(request.path.substr(served.prefix.size())))
    throw ApiError(403, "Resource not accessible by integration");
  call.form = form_asked_for(request.headers, served.real, served.ours);
  http::require_ours(served.real, served.ours, call.body, call.query);
  try {
    Reply reply = served.action(call);
    check_reads(call, served.ours, reply);
    return reply;
  } catch (const Redirect& moved) {
    const int status = writes ? 307 : 301;
    return {
        .status = status,
        .body = {{"message", writes ? "Temporary Redirect" : "Moved Permanently"},
                 {"url", urls.api + moved.url},
                 {"documentation_url", kDocumentation}},
        .headers = {{"Location", urls.api + moved.url + (request.query.empty() ? "" : "?" + request.query)}}};
  }
}

Reply Api::act(const http::Request& request, const Served& served, std::string& actor, std::string& gap) {
  try {
    return act_locked(request, served, actor);
  } catch (const ApiError& e) {
    return error_reply(e.status, e.what(), e.errors);
  } catch (const http::NotImplemented& e) {
    gap = e.gap;
    return error_reply(e.status, e.what());
  } catch (const http::HttpError& e) {
    return error_reply(e.status, e.what());
  } catch (const std::logic_error& e) {
    return error_reply(500, std::string("a mistake of this fake: ") + e.what());
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

http::Response Api::serve(const http::Request& request, const Served& served) {
  std::string actor, gap;
  Reply reply = act(request, served, actor, gap);
  http::Response response{
      .status = reply.status, .headers = std::move(reply.headers), .body = std::move(reply.text), .gap = gap};
  if (!reply.type.empty()) {
    response.headers.emplace_back("Content-Type", reply.type);
  } else if (!reply.body.is_null()) {
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
       {add_app_routes,          add_assignee_routes,   add_blob_and_tree_routes, add_check_routes,
        add_collaborator_routes, add_comment_routes,    add_commit_routes,        add_compare_routes,
        add_contents_routes,     add_event_routes,      add_hook_routes,          add_issue_label_routes,
        add_issue_routes,        add_label_routes,      add_member_routes,        add_merge_routes,
        add_milestone_routes,    add_protection_routes, add_pull_routes,          add_reaction_routes,
        add_ref_routes,          add_release_routes,    add_repository_routes,    add_review_comment_routes,
        add_review_routes,       add_reviewer_routes,   add_search_routes,        add_settings_routes,
        add_status_routes,       add_tag_routes,        add_team_routes,          add_user_routes})
    add(api);
  api.finish();
}

}  // namespace fakes::github
