#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kind.h"
#include "cluster/kube_api.h"

namespace harness {

/// Looks up when each of `nodes` that is a new start was started.
void look_up_starts(std::vector<Node>& nodes, std::stop_token stop);

/// Once a node was started again the API shows its pods as they were before, ready and running, until the
/// kubelet has looked at each, and workloads for as long as nobody controls them. Waits for what cannot be of
/// before: each container of those nodes was started after its node, or is not running, and Kubernetes' own
/// pods there are ready, but for one that crashes at every start, and Services lead to where the pods are
/// now. Costs nothing where no node is a new start. `on_progress` gets what is waited for. Throws Error
/// (kCluster) at the end of `deadline`.
void wait_for_restarted_nodes(const KubeApi& api, const std::vector<Node>& nodes,
                              std::chrono::seconds deadline,
                              const std::function<void(const std::string&)>& on_progress,
                              std::stop_token stop);

/// Which of `pods` (a list, as the API gives it) shows what was before its node's start, or is one of
/// Kubernetes' own and not ready; empty where none is. `started`: node -> when (RFC 3339, UTC).
std::string pod_of_before(const nlohmann::json& pods, const std::map<std::string, std::string>& started);

/// Which of `slices` (a list of EndpointSlices) leads to an address that its pod no longer has, or says of a
/// ready one that it is not; empty where none does. Whoever writes them was started again, too, and takes
/// some seconds.
std::string endpoint_of_before(const nlohmann::json& slices, const nlohmann::json& pods);

}  // namespace harness
