#include "deploy/freshness.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "deploy/rollout.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// Container name -> image, init containers too, of a pod's spec.
std::map<std::string, std::string> images_of(const Json& spec) {
  std::map<std::string, std::string> images;
  for (const char* list : {"initContainers", "containers"})
    for (const auto& container : spec.value(list, Json::array())) images[container.value("name", "")] = container.value("image", "");
  return images;
}

/// The label and value by which pods of the newest revision are known; none where pods have no such label.
std::pair<std::string, std::string> newest(const Json& workload, const std::string& kind, const std::map<std::string, Json>& replica_sets) {
  if (kind == "StatefulSet") return {"controller-revision-hash", workload.value(Json::json_pointer("/status/updateRevision"), "")};
  if (kind != "Deployment") return {};
  const Json::json_pointer revision("/metadata/annotations/deployment.kubernetes.io~1revision");
  for (const auto& [name, set] : replica_sets) {
    if (set.value(revision, "") != workload.value(revision, "-")) continue;
    for (const auto& owner : set["metadata"].value("ownerReferences", Json::array()))
      if (owner.value("uid", "") == workload["metadata"].value("uid", "")) return {"pod-template-hash", set["metadata"]["labels"].value("pod-template-hash", "")};
  }
  return {};
}

/// What is wrong with one pod.
std::string pod_problem(const Json& pod, const std::map<std::string, std::string>& wanted, const std::pair<std::string, std::string>& revision) {
  if (pod["metadata"].contains("deletionTimestamp")) return "is of an older revision, and still ending";
  const auto labels = pod["metadata"].value("labels", Json::object());
  if (!revision.first.empty() && labels.value(revision.first, "") != revision.second) return "is of an older revision";
  for (const char* list : {"initContainerStatuses", "containerStatuses"})
    for (const auto& status : pod["status"].value(list, Json::array())) {
      const auto image = wanted.find(status.value("name", ""));
      const auto digest = image == wanted.end() ? std::string::npos : image->second.find("sha256:");
      const std::string runs = status.value("imageID", "");
      if (digest != std::string::npos && runs.find(image->second.substr(digest)) == std::string::npos)
        return fmt::format("runs {} in container {}, not {}", runs.empty() ? "nothing yet" : runs, image->first, image->second);
    }
  return "";
}

}  // namespace

std::vector<std::string> stale(Snapshot& snapshot, const std::vector<Object>& objects, const std::vector<Object>& synced, std::stop_token stop) {
  std::vector<std::string> lines;
  const auto check = [&](const Object& object, bool is_synced) {
    const auto collection = controller_collection(object.kind, object.name_space);
    if (collection.empty()) return;
    const std::string title = fmt::format("{} {}/{}", object.kind, object.name_space, object.name);
    const auto* found = snapshot.find(collection, object.name, stop);
    if (!found) {
      lines.push_back(title + " is not there");
      return;
    }
    const Json& workload = *found;
    const Json::json_pointer spec("/spec/template/spec");
    const auto wanted = images_of(object.body.value(spec, Json::object())), has = images_of(workload.value(spec, Json::object()));
    for (const auto& [container, image] : wanted)
      if (const auto one = has.find(container); !is_synced && (one == has.end() || one->second != image))
        lines.push_back(fmt::format("{} has {} in container {}, not {}", title, one == has.end() ? "nothing" : one->second, container, image));
    if (const auto rollout = rollout_of(object.kind, workload); !is_synced && !rollout.complete) lines.push_back(title + ": " + rollout.message + rollout.failure);
    const auto revision = newest(workload, object.kind, snapshot.all("/apis/apps/v1/namespaces/" + object.name_space + "/replicasets", stop));
    for (const auto& [name, pod] : snapshot.all("/api/v1/namespaces/" + object.name_space + "/pods", stop)) {
      if (!selects(workload, pod)) continue;
      if (const auto problem = pod_problem(pod, wanted, revision); !problem.empty()) lines.push_back("pod " + object.name_space + "/" + name + " " + problem);
    }
  };
  for (const auto& object : objects) check(object, false);
  for (const auto& object : synced) check(object, true);
  return lines;
}

}  // namespace harness
