#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"
#include "deploy/inventory.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Deletes objects in the reverse of the order in which they are applied, and waits until they are gone with
/// all that they own: first webhook configurations and APIServices, which may refuse the rest; then custom
/// objects, whose finalizers what serves them removes; then definitions; at last workloads and what those
/// need, and namespaces. What is not there is fine. Throws Error (kDeploy) that names an object and its
/// finalizers where it does not go by `waiting.deadline`; it is said after some seconds.
void remove_objects(const KubeApi& api, const std::vector<InventoryRecord>& records, const Waiting& waiting,
                    std::stop_token stop);

/// Deletes one object and waits until it is gone, a workload with its pods.
void remove_and_wait(const KubeApi& api, const GroupKind& type, const std::string& path,
                     const std::string& title, const Waiting& waiting, std::stop_token stop);

/// Why what is being deleted does not go, from its finalizers
/// (https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/).
Diagnosis lingering(const nlohmann::json& object, const std::string& title);

}  // namespace harness
