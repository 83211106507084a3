#include "deploy/trouble/scene.h"

#include <algorithm>

namespace harness {

namespace {

using Json = Scene::Json;

const Json kNone;

const Json& at(const Json& object, const char* pointer) {
  const Json::json_pointer where(pointer);
  return object.contains(where) ? object.at(where) : kNone;
}

}  // namespace

std::string text_at(const Json& object, const char* pointer) {
  const Json& found = at(object, pointer);
  return found.is_string() ? found.get<std::string>() : "";
}

int64_t number_at(const Json& object, const char* pointer) {
  const Json& found = at(object, pointer);
  return found.is_number() ? found.get<int64_t>() : 0;
}

const Json& list_at(const Json& object, const char* pointer) {
  static const Json empty = Json::array();
  const Json& found = at(object, pointer);
  return found.is_array() ? found : empty;
}

const Json& condition_of(const Json& object, const char* type) {
  for (const auto& one : list_at(object, "/status/conditions"))
    if (text_at(one, "/type") == type) return one;
  return kNone;
}

std::string name_of(const Json& object) { return text_at(object, "/metadata/name"); }

std::string Scene::name_space() const {
  const auto of_workload = text_at(workload, "/metadata/namespace");
  return of_workload.empty() && !pods.empty() ? text_at(pods[0], "/metadata/namespace") : of_workload;
}

std::string Container::name() const { return text_at(status, "/name"); }
std::string Container::pod_name() const { return name_of(pod); }
std::string Container::title() const { return "pod " + pod_name() + ": " + (init ? "init container " : "container ") + name(); }

std::vector<Container> containers(const Scene& scene) {
  std::vector<Container> all;
  for (const auto& pod : scene.pods)
    for (const bool init : {true, false})
      for (const auto& status : list_at(pod, init ? "/status/initContainerStatuses" : "/status/containerStatuses")) all.push_back({pod, status, init});
  return all;
}

const Json& warning_about(const Scene& scene, const Json& object, const std::vector<std::string>& reasons, const std::string& part) {
  const auto uid = text_at(object, "/metadata/uid");
  for (auto event = scene.events.rbegin(); event != scene.events.rend(); ++event)
    if (text_at(*event, "/involvedObject/uid") == uid && std::find(reasons.begin(), reasons.end(), text_at(*event, "/reason")) != reasons.end() &&
        text_at(*event, "/message").find(part) != std::string::npos)
      return *event;
  return kNone;
}

std::vector<std::string> names_at(const Scene& scene, const std::string& path) {
  std::vector<std::string> names;
  const Json list = scene.get(path);
  for (const auto& item : list_at(list, "/items")) names.push_back(name_of(item));
  return names;
}

}  // namespace harness
