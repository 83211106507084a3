#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace harness {

/// How far a workload is, read from its status alone (the rules of `kubectl rollout status`:
/// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status).
struct Rollout {
  bool complete = false;
  std::string message;  ///< "1 of 2 updated pods are available"
  std::string failure;  ///< not empty: it cannot go on by itself, and why
};

/// Deployment, StatefulSet, DaemonSet, Job and Pod; any other kind is complete as soon as it exists.
Rollout rollout_of(const std::string& kind, const nlohmann::json& object);

/// Where the API keeps a Deployment, StatefulSet or DaemonSet: "/apis/apps/v1/namespaces/default/deployments". Empty for any other kind.
std::string controller_collection(const std::string& kind, const std::string& name_space);

/// Whether the selector of a workload selects a pod (matchLabels alone).
bool selects(const nlohmann::json& workload, const nlohmann::json& pod);

/// Whether objects of this kind have pods to wait for.
bool is_workload(const std::string& kind);

}  // namespace harness
