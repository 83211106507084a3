#include "deploy/trouble/scene.h"

#include <algorithm>

namespace harness {

namespace {

using Json = Scene::Json;

const Json kNone;

}  // namespace

bool is_of_job(const Json& pod) { return type_of(controller_of(pod)) == GroupKind{"batch", "Job"}; }

std::string Scene::name_space() const {
  const auto of_workload = namespace_of(workload);
  return of_workload.empty() && !pods.empty() ? namespace_of(pods[0]) : of_workload;
}

std::string Container::name() const { return text_at(status, "/name"); }
std::string Container::pod_name() const { return name_of(pod); }
std::string Container::title() const {
  return "pod " + pod_name() + ": " + (init ? "init container " : "container ") + name();
}

std::vector<Container> containers(const Scene& scene) {
  std::vector<Container> all;
  for (const auto& pod : scene.pods)
    for (const bool init : {true, false})
      for (const auto& status :
           list_at(pod, init ? "/status/initContainerStatuses" : "/status/containerStatuses"))
        all.push_back({pod, status, init});
  return all;
}

const Json& warning_about(const Scene& scene, const Json& object, const std::vector<std::string>& reasons,
                          const std::string& part) {
  const auto uid = uid_of(object);
  for (auto event = scene.events.rbegin(); event != scene.events.rend(); ++event)
    if (text_at(*event, "/involvedObject/uid") == uid &&
        std::find(reasons.begin(), reasons.end(), text_at(*event, "/reason")) != reasons.end() &&
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
