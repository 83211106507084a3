#include "admin/admin.h"

#include <algorithm>

#include "http/query.h"

namespace fakes::admin {

namespace {

using http::HttpError;
using http::Request;
using http::Response;
using Json = nlohmann::json;

constexpr std::size_t kSeedLimit = 64 << 20;

bool is_ours(const Request& request) {
  return request.path == "/healthz" || request.path.starts_with("/admin/");
}

}  // namespace

Admin::Admin(State state, std::size_t journal_length) : state_(std::move(state)), journal_(journal_length) {}

http::ServerOptions Admin::observed(http::ServerOptions options) {
  options.fault = [this](const Request& request) {
    return is_ours(request) ? http::Fault{} : faults_.take(request);
  };
  options.served = [this](const Request& request, const http::Outcome& outcome) {
    if (is_ours(request)) return std::uint64_t{0};
    if (!outcome.gap.empty()) gaps_.add(request, outcome.gap);
    return journal_.add(request, outcome);
  };
  options.broken_off = [this](std::uint64_t id) { journal_.broken_off(id); };
  return options;
}

void Admin::add_routes(http::Router& router) {
  router.handle("GET", "/healthz", [](const Request&) { return http::text(200, "ok\n"); });
  router.handle("GET", "/admin/requests", [this](const Request& request) { return requests(request); });
  router.handle("GET", "/admin/gaps", [this](const Request&) { return http::json(200, gaps_.list()); });
  router.handle("POST", "/admin/reset", [this](const Request&) { return reset(); });
  router.handle(
      "POST", "/admin/seed", [this](const Request& request) { return seed(request); }, kSeedLimit);
  router.handle("GET", "/admin/faults", [this](const Request&) { return http::json(200, faults_.list()); });
  router.handle("POST", "/admin/faults", [this](const Request& request) { return add_faults(request); });
}

Response Admin::requests(const Request& request) const {
  const http::Query query(request.query);
  const std::vector<std::string> known{"path", "test", "repository", "method", "after"};
  for (const auto& [name, value] : query.pairs())
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw HttpError(400,
                      "unknown filter \"" + name + "\"; there are path, test, repository, method, after");
  if (query.find("after") && !query.number("after")) throw HttpError(400, "\"after\" must be a request's id");
  return http::json(200,
                    journal_.list({.path = query.get("path"),
                                   .test = query.get("test"),
                                   .repository = query.get("repository"),
                                   .method = query.get("method"),
                                   .after = static_cast<std::uint64_t>(query.number("after").value_or(0))}));
}

Response Admin::reset() {
  state_.reset();
  journal_.clear();
  faults_.clear();
  return {.status = 204};
}

Response Admin::seed(const Request& request) {
  state_.seed(http::parse_json(request.body));
  return {.status = 204};
}

Response Admin::add_faults(const Request& request) {
  faults_.add(http::parse_json(request.body));
  return http::json(201, faults_.list());
}

}  // namespace fakes::admin
