// Nodes that do not take or run pods (https://kubernetes.io/docs/reference/node/node-status/).
#include "deploy/trouble/nodes.h"

#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;

/// Longer than a new node takes for its network.
constexpr std::chrono::seconds kNodeStarts{30};

/// Whether a pod could be held up by its node: it is not ready, and nothing else is known to be wrong with
/// its containers.
bool waits_for_node(const Json& pod) { return !is_ready(pod); }

/// The nodes that could be to blame: the pod's own, or all where no node took it.
std::vector<Json> nodes_of(const Scene& scene) {
  bool any = false;
  for (const auto& pod : scene.pods) any = any || waits_for_node(pod);
  std::vector<Json> found;
  if (!any) return found;
  const Json nodes = scene.get("/api/v1/nodes");
  for (const auto& node : list_at(nodes, "/items"))
    for (const auto& pod : scene.pods)
      if (const auto at = text_at(pod, "/spec/nodeName");
          waits_for_node(pod) &&
          (at == name_of(node) ||
           (at.empty() && text_at(condition_of(pod, "PodScheduled"), "/reason") == "Unschedulable"))) {
        found.push_back(node);
        break;
      }
  return found;
}

}  // namespace

std::optional<Diagnosis> node_unready(const Json& node) {
  const Json& ready = condition_of(node, "Ready");
  if (ready.is_null() || text_at(ready, "/status") == "True") return std::nullopt;
  // "False" is what a node says that is still starting; of one that says nothing any more the controller
  // writes "Unknown".
  const bool speaks = text_at(ready, "/status") == "False";
  return Diagnosis{.cause = "node " + name_of(node) +
                            (speaks ? " is not ready yet" : " is not ready: its kubelet no longer reports"),
                   .evidence = text_at(ready, "/reason") + ": " + text_at(ready, "/message"),
                   .hint = "docker logs " + name_of(node) + "; docker restart " + name_of(node) +
                           ", or a new cluster: -teardown",
                   .must_last = speaks ? kNodeStarts : kMayArrive,
                   .may_pass = speaks};
}

std::optional<Diagnosis> node_short(const Json& node) {
  for (const auto& [type, what, hint] :
       {std::tuple{"DiskPressure", "disk", "free some disk: docker system df"},
        {"MemoryPressure", "memory", "free some memory"},
        {"PIDPressure", "process ids", "end some processes"}})
    if (const Json& condition = condition_of(node, type); text_at(condition, "/status") == "True")
      return Diagnosis{.cause = "node " + name_of(node) + " takes no pods: it is short of " +
                                std::string(what) + " (" + type + ")",
                       .evidence = text_at(condition, "/reason") + ": " + text_at(condition, "/message"),
                       .hint = hint,
                       .must_last = kMayArrive};
  return std::nullopt;
}

std::optional<Diagnosis> node_not_ready(const Scene& scene) {
  for (const auto& node : nodes_of(scene))
    if (auto found = node_unready(node)) return found;
  return std::nullopt;
}

std::optional<Diagnosis> node_under_pressure(const Scene& scene) {
  for (const auto& node : nodes_of(scene))
    if (auto found = node_short(node)) return found;
  return std::nullopt;
}

}  // namespace harness
