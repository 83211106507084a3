#include "cluster/restarted_nodes.h"

#include <algorithm>

#include "base/error.h"
#include "base/pause.h"
#include "base/text.h"
#include "cluster/docker.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kBetweenLooks{100};
/// One with the node, one since the API did not answer yet.
constexpr int kEndsThatAreALoop = 3;

/// "2026-11-28T05:37:43": as exact as the API is, and in the order of time.
std::string second_of(const std::string& time) { return time.substr(0, 19); }

/// Whoever waits for a rollout says why.
bool crashes(const Json& status) {
  const auto containers = status.value("containerStatuses", Json::array());
  return std::any_of(containers.begin(), containers.end(), [](const Json& one) {
    return one.value("restartCount", 0) >= kEndsThatAreALoop && one.value(Json::json_pointer("/state/waiting/reason"), "") == "CrashLoopBackOff";
  });
}

bool is_ready(const Json& status) {
  const auto conditions = status.value("conditions", Json::array());
  return std::any_of(conditions.begin(), conditions.end(), [](const Json& one) { return one.value("type", "") == "Ready" && one.value("status", "") == "True"; });
}

/// Whether a container still shows the run before the node's start.
bool is_of_before(const Json& status, const std::string& started) {
  const Json::json_pointer running("/state/running/startedAt");
  for (const char* list : {"initContainerStatuses", "containerStatuses"})
    for (const auto& container : status.value(list, Json::array()))
      if (container.contains(running) && second_of(container.at(running)) < second_of(started)) return true;
  return false;
}

}  // namespace

std::string pod_of_before(const Json& pods, const std::map<std::string, std::string>& started) {
  for (const auto& pod : pods.value("items", Json::array())) {
    const auto& meta = pod.at("metadata");
    const auto spec = pod.value("spec", Json::object()), status = pod.value("status", Json::object());
    const auto node = started.find(spec.value("nodeName", ""));
    const auto phase = status.value("phase", "");
    // What was made since then is of this start.
    if (node == started.end() || second_of(meta.value("creationTimestamp", "")) >= second_of(node->second) || meta.contains("deletionTimestamp") || phase == "Succeeded" || phase == "Failed") continue;
    // https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
    const bool is_kubernetes = meta.value("namespace", "") == "kube-system" && spec.value("priorityClassName", "").starts_with("system-");
    if (is_of_before(status, node->second) || (is_kubernetes && !is_ready(status) && !crashes(status))) return meta.value("namespace", "") + "/" + meta.value("name", "");
  }
  return "";
}

std::string endpoint_of_before(const Json& slices, const Json& pods) {
  const Json all = pods.value("items", Json::array());
  std::map<std::string, const Json*> by_uid;
  for (const auto& pod : all)
    if (!pod.at("metadata").contains("deletionTimestamp")) by_uid[pod.at("metadata").value("uid", "")] = &pod;
  for (const auto& slice : slices.value("items", Json::array()))
    for (const auto& endpoint : slice.contains("endpoints") && slice.at("endpoints").is_array() ? slice.at("endpoints") : Json::array()) {
      const auto pod = by_uid.find(endpoint.value(Json::json_pointer("/targetRef/uid"), ""));
      if (pod == by_uid.end()) continue;
      const auto status = pod->second->value("status", Json::object());
      const auto has_address = [addresses = status.value("podIPs", Json::array())](const Json& one) {
        return std::any_of(addresses.begin(), addresses.end(), [&](const Json& own) { return own.value("ip", "") == one; });
      };
      const auto addresses = endpoint.value("addresses", Json::array());
      // Packets go to those that are ready.
      const bool leads = endpoint.value(Json::json_pointer("/conditions/ready"), true);
      if (leads ? std::none_of(addresses.begin(), addresses.end(), has_address) : is_ready(status)) return slice.at("metadata").value("namespace", "") + "/" + slice.at("metadata").value("name", "");
    }
  return "";
}

void look_up_starts(std::vector<Node>& nodes, std::stop_token stop) {
  std::vector<std::string> inspect{"inspect", "--format", "{{.State.StartedAt}}"};
  std::vector<Node*> asked;
  for (auto& node : nodes)
    if (node.is_new_start) inspect.push_back(asked.emplace_back(&node)->name);
  if (asked.empty()) return;
  const auto lines = split(docker(inspect, "cannot find the nodes", stop), '\n');
  for (size_t i = 0; i < std::min(lines.size(), asked.size()); ++i) asked[i]->started = lines[i];
}

void wait_for_restarted_nodes(const KubeApi& api, const std::vector<Node>& nodes, std::chrono::seconds deadline, const std::function<void(const std::string&)>& on_progress,
                              std::stop_token stop) {
  std::map<std::string, std::string> started;
  for (const auto& node : nodes)
    if (node.is_new_start) started[node.name] = node.started;
  if (started.empty()) return;
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (true) {
    const Json pods = api.get("/api/v1/pods", stop);
    std::string what = pod_of_before(pods, started), wanted = "runs again";
    if (what.empty()) {
      what = endpoint_of_before(api.get("/apis/discovery.k8s.io/v1/endpointslices", stop), pods);
      if (what.empty()) return;
      what = "EndpointSlice " + what;
      wanted = "follows its pods";
    } else {
      what = "pod " + what;
    }
    on_progress("until " + what + " " + wanted);
    if (std::chrono::steady_clock::now() > end)
      throw Error("node " + started.begin()->first + " was started again, and this has not come: " + what + " " + wanted, {.hint = "kubectl describe says why; a new cluster: -teardown", .exit_code = kCluster});
    if (pause_for(kBetweenLooks, stop)) throw Cancelled();
  }
}

}  // namespace harness
