#include "cluster/restarted_nodes.h"

#include <algorithm>

#include "base/error.h"
#include "base/pause.h"
#include "base/text.h"
#include "cluster/docker.h"
#include "cluster/objects.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kBetweenLooks{100};
/// One with the node, one since the API did not answer yet.
constexpr int kEndsThatAreALoop = 3;

/// "2026-11-28T05:37:43": as exact as the API is, and in the order of time.
std::string second_of(const std::string& time) { return time.substr(0, 19); }

/// The rollout's own wait says why.
bool crashes(const Json& pod) {
  const auto& statuses = list_at(pod, "/status/containerStatuses");
  return std::any_of(statuses.begin(), statuses.end(), [](const Json& one) {
    return number_at(one, "/restartCount") >= kEndsThatAreALoop &&
           text_at(one, "/state/waiting/reason") == "CrashLoopBackOff";
  });
}

/// Whether a container still shows the run before the node's start.
bool is_of_before(const Json& pod, const std::string& started) {
  for (const char* list : {"/status/initContainerStatuses", "/status/containerStatuses"})
    for (const auto& container : list_at(pod, list))
      if (const auto began = text_at(container, "/state/running/startedAt");
          !began.empty() && second_of(began) < second_of(started))
        return true;
  return false;
}

std::string title_of(const Json& object) { return namespace_of(object) + "/" + name_of(object); }

/// Whether a pod of that uid and its endpoint tell different stories.
bool contradicts(const Json& pod, const Json& endpoint) {
  const auto& addresses = list_at(endpoint, "/addresses");
  const auto has_address = [&](const Json& one) {
    const auto& own = list_at(pod, "/status/podIPs");
    return std::any_of(own.begin(), own.end(),
                       [&](const Json& ip) { return text_at(ip, "/ip") == one.get<std::string>(); });
  };
  // Packets go to those that are ready, which an endpoint is that says nothing of it.
  const Json& ready = json_at(endpoint, "/conditions/ready");
  const bool leads = !ready.is_boolean() || ready.get<bool>();
  return leads ? std::none_of(addresses.begin(), addresses.end(), has_address) : is_ready(pod);
}

}  // namespace

std::string pod_of_before(const Json& pods, const std::map<std::string, std::string>& started) {
  for (const auto& pod : list_at(pods, "/items")) {
    const auto node = started.find(text_at(pod, "/spec/nodeName"));
    if (node == started.end() || is_ending(pod) || has_ended(pod)) continue;
    // What was made since then is of this start.
    if (second_of(text_at(pod, "/metadata/creationTimestamp")) >= second_of(node->second)) continue;
    // https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
    const bool is_kubernetes =
        namespace_of(pod) == "kube-system" && text_at(pod, "/spec/priorityClassName").starts_with("system-");
    if (is_of_before(pod, node->second) || (is_kubernetes && !is_ready(pod) && !crashes(pod)))
      return title_of(pod);
  }
  return "";
}

std::string endpoint_of_before(const Json& slices, const Json& pods) {
  std::map<std::string, const Json*> by_uid;
  for (const auto& pod : list_at(pods, "/items"))
    if (!is_ending(pod)) by_uid[uid_of(pod)] = &pod;
  for (const auto& slice : list_at(slices, "/items"))
    for (const auto& endpoint : list_at(slice, "/endpoints"))
      if (const auto pod = by_uid.find(text_at(endpoint, "/targetRef/uid"));
          pod != by_uid.end() && contradicts(*pod->second, endpoint))
        return title_of(slice);
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

void wait_for_restarted_nodes(const KubeApi& api, const std::vector<Node>& nodes,
                              std::chrono::seconds deadline,
                              const std::function<void(const std::string&)>& on_progress,
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
      throw Error("node " + started.begin()->first +
                      " was restarted, and this did not happen in time: " + what + " " + wanted,
                  {.hint = "kubectl describe says why; a new cluster: -teardown", .exit_code = kCluster});
    if (pause_for(kBetweenLooks, stop)) throw Cancelled();
  }
}

}  // namespace harness
