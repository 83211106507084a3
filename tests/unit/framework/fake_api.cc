#include "fake_api.h"

#include <cstdlib>

namespace {

using Json = nlohmann::json;

const std::map<std::string, Json> kTypes = {
    {"/api/v1",
     {{"namespaces", "Namespace", false},
      {"pods", "Pod", true},
      {"pods/log", "Pod", true},
      {"events", "Event", true},
      {"serviceaccounts", "ServiceAccount", true},
      {"configmaps", "ConfigMap", true}}},
    {"/apis/apps/v1", {{"deployments", "Deployment", true}, {"replicasets", "ReplicaSet", true}}},
    {"/apis/batch/v1", {{"jobs", "Job", true}}}};

Json status(const std::string& message) { return {{"kind", "Status"}, {"message", message}}; }

/// The value of a parameter, as it is on the wire.
std::string parameter(const std::string& query, const std::string& name) {
  const auto begin = ("&" + query).find("&" + name + "=");
  if (begin == std::string::npos) return "";
  const auto value = query.substr(begin + name.size() + 1);
  return value.substr(0, value.find('&'));
}

/// `path` is an object of the collection that the query selects, by name alone.
bool is_in(const std::string& path, const std::string& collection, const std::string& query) {
  const auto selector = parameter(query, "fieldSelector");
  const std::string by_name = "metadata.name%3D";
  const auto name = path.substr(path.rfind('/') + 1);
  return path == collection + "/" + name && (selector.empty() || selector == by_name + name);
}

}  // namespace

FakeApi& FakeApi::get() {
  static FakeApi api;
  return api;
}

FakeApi::FakeApi() : server_([this](const auto& request, auto& reply) { answer(request, reply); }, socket_) {
  setenv("HARNESS_API", socket_.c_str(), 1);
  setenv("HARNESS_RUN_ID", "run-7", 1);
}

FakeApi::~FakeApi() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  changed_.notify_all();
}

void FakeApi::reset() {
  const std::lock_guard lock(mutex_);
  objects_.clear();
  events_.clear();
  refused_.clear();
  oldest_ = version_ += 100;
  ++streams_;
  changed_.notify_all();
}

void FakeApi::change(const std::string& type, const std::string& path, Json object) {
  object["metadata"]["resourceVersion"] = std::to_string(++version_);
  if (type == "DELETED")
    objects_.erase(path);
  else
    objects_[path] = object;
  events_.push_back({version_, type, path, object});
  changed_.notify_all();
}

void FakeApi::put(const std::string& path, Json object) {
  const std::lock_guard lock(mutex_);
  object["metadata"]["name"] = path.substr(path.rfind('/') + 1);
  change(objects_.contains(path) ? "MODIFIED" : "ADDED", path, std::move(object));
}

void FakeApi::erase(const std::string& path) {
  const std::lock_guard lock(mutex_);
  change("DELETED", path, objects_.at(path));
}

nlohmann::json FakeApi::object(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return objects_.contains(path) ? objects_.at(path) : Json();
}

void FakeApi::end_watches() {
  const std::lock_guard lock(mutex_);
  ++streams_;
  changed_.notify_all();
}

void FakeApi::forget() {
  events_.clear();
  oldest_ = version_;
  ++streams_;
}

void FakeApi::put_in_a_gap(const std::string& path, Json object) {
  const std::lock_guard lock(mutex_);
  object["metadata"]["name"] = path.substr(path.rfind('/') + 1);
  change("MODIFIED", path, std::move(object));
  forget();
}

void FakeApi::erase_in_a_gap(const std::string& path) {
  const std::lock_guard lock(mutex_);
  change("DELETED", path, objects_.at(path));
  forget();
}

void FakeApi::refuse(const std::string& call, int code, const std::string& message) {
  const std::lock_guard lock(mutex_);
  refused_[call] = {code, message};
}

size_t FakeApi::watches() const {
  size_t count = 0;
  for (const auto& request : server_.requests())
    count += request.target.find("watch=true") != std::string::npos;
  return count;
}

void FakeApi::list(const Json& head, const std::string& path, const std::string& query,
                   HttpServer::Answer& answer) {
  const std::lock_guard lock(mutex_);
  Json items = Json::array();
  for (const auto& [where, object] : objects_)
    if (is_in(where, path, query)) items.push_back(object);
  auto all = head;
  all["metadata"]["resourceVersion"] = std::to_string(version_);
  all["items"] = items;
  answer.reply(200, all.dump());
}

void FakeApi::watch(const std::string& path, const std::string& query, HttpServer::Answer& answer) {
  std::unique_lock lock(mutex_);
  int version = std::stoi(parameter(query, "resourceVersion"));
  answer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  if (version < oldest_) {
    answer.send(Json{{"type", "ERROR"}, {"object", status("too old resource version")}}.dump() + "\n");
    return;
  }
  for (const int stream = streams_; !ending_ && stream == streams_; changed_.wait(lock))
    for (const auto& event : events_)
      if (event.version > version && is_in(event.path, path, query)) {
        version = event.version;
        const auto line = Json{{"type", event.type}, {"object", event.object}}.dump() + "\n";
        answer.send(line.substr(0, 10));  // a line comes in pieces
        answer.send(line.substr(10));
      }
}

void FakeApi::answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
  const auto question = std::min(request.target.find('?'), request.target.size());
  const std::string path = request.target.substr(0, question);
  const std::string query = request.target.substr(std::min(question + 1, request.target.size()));
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = refused_.find(request.method + " " + path); found != refused_.end())
      return answer.reply(found->second.first, status(found->second.second).dump());
  }
  if (path == "/version") return answer.reply(200, "{}");
  if (path == "/apis")
    return answer.reply(200, R"({"groups": [{"preferredVersion": {"groupVersion": "apps/v1"}},
                                            {"preferredVersion": {"groupVersion": "batch/v1"}}]})");
  if (const auto types = kTypes.find(path); types != kTypes.end()) {
    Json resources = Json::array();
    for (const auto& type : types->second)
      resources.push_back(
          {{"name", type[0]}, {"kind", type[1]}, {"namespaced", type[2]}, {"verbs", {"get", "list"}}});
    return answer.reply(200, Json{{"resources", resources}}.dump());
  }
  if (request.method == "PATCH") {
    put(path, Json::parse(request.body));
    return answer.reply(200, object(path).dump());
  }
  if (request.method == "DELETE") {
    if (path.ends_with("/pods")) return answer.reply(200, "{}");  // all of them
    auto doomed = object(path);
    if (doomed.is_null()) return answer.reply(404, status("not found").dump());
    const bool stays = doomed["metadata"].contains("finalizers");
    doomed["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    stays ? put(path, doomed) : erase(path);
    return answer.reply(200, "{}");
  }
  if (query.find("watch=true") != std::string::npos) return watch(path, query, answer);
  if (const auto found = object(path); !found.is_null()) return answer.reply(200, found.dump());
  for (const auto& [root, types] : kTypes)
    for (const auto& type : types)
      if (path.starts_with(root) && path.substr(path.rfind('/') + 1) == type[0])
        return list({{"kind", type[1].get<std::string>() + "List"},
                     {"apiVersion", root.substr(root.find('/', 1) + 1)}},
                    path, query, answer);
  answer.reply(404, status("not found").dump());
}
