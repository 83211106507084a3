#include "ci/world.h"

#include <sstream>

#include "http/query.h"

namespace ci {

namespace http = fakes::http;

namespace {

bool matches(const nlohmann::json& object, const std::string& selector) {
  std::istringstream terms(selector);
  for (std::string term; std::getline(terms, term, ',');) {
    const auto equals = term.find('=');
    const auto labels = object["metadata"].value("labels", nlohmann::json::object());
    if (labels.value(term.substr(0, equals), "") != term.substr(equals + 1)) return false;
  }
  return true;
}

}  // namespace

World::World() {
  auto& router = server_.router();
  for (const std::string base :
       {"/apis/batch/v1/namespaces/ci/{resource}", "/api/v1/namespaces/ci/{resource}"}) {
    router.handle("GET", base, [this](const Request& r) { return list(r); });
    router.handle("POST", base, [this](const Request& r) { return create(r); });
    router.handle("GET", base + "/{name}", [this](const Request& r) {
      const std::lock_guard lock(mutex_);
      const auto& all = objects_[r.params.at("resource")];
      const auto found = all.find(r.params.at("name"));
      return found == all.end() ? http::error(404, "not found") : http::json(200, found->second);
    });
    router.handle("PATCH", base + "/{name}", [this](const Request& r) { return patch(r); });
    router.handle("DELETE", base + "/{name}", [this](const Request& r) { return remove(r); });
  }
  router.handle("GET", "/api/v1/namespaces/ci/pods/{name}/log",
                [](const Request& r) { return http::text(200, r.params.at("name") + " " + r.query); });
  for (const char* method : {"GET", "POST", "PATCH", "DELETE", "PUT"})
    router.handle(method, "/{path...}", [this](const Request& r) { return other(r); });
  port_ = server_.listen("127.0.0.1", 0);
  thread_ = std::jthread([this] { server_.run(); });
}

World::~World() { server_.stop(std::chrono::milliseconds(0)); }

Kube World::kube() const {
  KubeFlags flags;
  flags.api = url();
  flags.name_space = "ci";
  flags.token_file = flags.ca_file = "/none";
  return Kube(flags);
}

void World::put(const std::string& resource, const Json& object) {
  const std::lock_guard lock(mutex_);
  objects_[resource][object["metadata"]["name"]] = object;
}

std::vector<nlohmann::json> World::objects(const std::string& resource) const {
  const std::lock_guard lock(mutex_);
  std::vector<Json> all;
  if (const auto found = objects_.find(resource); found != objects_.end())
    for (const auto& [name, object] : found->second) all.push_back(object);
  return all;
}

std::vector<std::string> World::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void World::answer(const std::string& call, int status, const Json& body) {
  const std::lock_guard lock(mutex_);
  answers_[call] = http::json(status, body);
}

World::Response World::list(const Request& request) const {
  const http::Query query(request.query);
  Json items = Json::array();
  for (const auto& object : objects(request.params.at("resource")))
    if (matches(object, query.get("labelSelector"))) items.push_back(object);
  return http::json(200, {{"items", items}, {"metadata", {{"resourceVersion", "1"}}}});
}

World::Response World::create(const Request& request) {
  const auto object = Json::parse(request.body);
  const std::lock_guard lock(mutex_);
  const bool made =
      objects_[request.params.at("resource")].emplace(object["metadata"]["name"], object).second;
  return made ? http::json(201, object) : http::error(409, "already exists");
}

World::Response World::patch(const Request& request) {
  const std::lock_guard lock(mutex_);
  auto& all = objects_[request.params.at("resource")];
  const auto found = all.find(request.params.at("name"));
  if (found == all.end()) return http::error(404, "not found");
  found->second.merge_patch(Json::parse(request.body));
  return http::json(200, found->second);
}

World::Response World::remove(const Request& request) {
  const std::lock_guard lock(mutex_);
  return objects_[request.params.at("resource")].erase(request.params.at("name"))
             ? http::json(200, Json::object())
             : http::error(404, "not found");
}

World::Response World::other(const Request& request) {
  const std::lock_guard lock(mutex_);
  const std::string call = request.method + " " + request.path;
  calls_.push_back(call + (request.body.empty() ? "" : " " + request.body));
  for (const auto& [begin, response] : answers_)
    if (call.starts_with(begin)) return response;
  return http::json(200, Json::object());
}

}  // namespace ci
