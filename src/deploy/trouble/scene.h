#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cluster/objects.h"

namespace harness {

/// What the API says of one rollout at one moment; every object as the API gives it
/// (https://kubernetes.io/docs/reference/kubernetes-api/). Rules read it, and look up what else they need.
struct Scene {
  using Json = nlohmann::json;
  Json workload = Json::object();
  std::vector<Json> pods = {};    ///< of the revision that was applied; none that is ending
  std::vector<Json> events = {};  ///< the warnings of its namespace, by their last time
  /// An object or a list at the API; null where there is none.
  std::function<Json(const std::string& path)> get = [](const std::string&) { return Json(); };
  /// What the API answers to an object that is sent to `path`: a review of access.
  std::function<Json(const std::string& path, const Json& body)> ask = [](const std::string&, const Json&) {
    return Json();
  };
  /// What the API gives as text: a log.
  std::function<std::string(const std::string& path)> text = [](const std::string&) { return std::string(); };
  /// The last lines that a container printed; of the run before where it was just started again.
  std::function<std::string(const std::string& pod, const std::string& container)> log =
      [](const std::string&, const std::string&) { return std::string(); };

  std::string name_space() const;
};

/// A container of a pod, with its status.
struct Container {
  const Scene::Json& pod;
  const Scene::Json& status;
  bool init;
  std::string name() const;
  std::string pod_name() const;
  std::string title() const;  ///< "pod deck-5d8f: init container fetch"
};
std::vector<Container> containers(const Scene& scene);

/// Whether a pod is a Job's: how often it may fail is for the Job's own status to say (backoffLimit,
/// podFailurePolicy).
bool is_of_job(const Scene::Json& pod);
/// The last warning about this very object whose reason is among `reasons` and whose message contains `part`;
/// null where there is none.
const Scene::Json& warning_about(const Scene& scene, const Scene::Json& object,
                                 const std::vector<std::string>& reasons, const std::string& part = {});
/// The names of the objects of a list at `path`.
std::vector<std::string> names_at(const Scene& scene, const std::string& path);

}  // namespace harness
