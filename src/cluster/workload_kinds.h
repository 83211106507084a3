#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cluster/objects.h"

namespace harness {

/// A kind of Kubernetes' own with a pod template in it, or a Pod, which is its own template
/// (https://kubernetes.io/docs/concepts/workloads/controllers/). Custom resources are none: where theirs is
/// cannot be known.
struct WorkloadKind {
  GroupKind type;
  const char* version;
  const char* plural;
  const char* pod_template;  ///< where it is in the object, as a JSON pointer
  bool makes_pods;           ///< a PodTemplate makes none

  /// Where the API keeps its objects: "/apis/apps/v1/namespaces/default/deployments".
  std::string collection(const std::string& name_space) const;
};

/// Null for any other type: a `kind: Job` of another group is no Job.
const WorkloadKind* workload_kind(const GroupKind& type);

/// The containers of a pod's spec that are started for good: init containers (sidecars among them) first.
/// Ephemeral ones are somebody's who looks.
std::vector<const nlohmann::json*> containers_of(const nlohmann::json& pod_spec);

}  // namespace harness
