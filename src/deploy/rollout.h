#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cluster/objects.h"

namespace harness {

/// How far an object is, read from its spec and status alone. For workloads by the rules of `kubectl rollout
/// status` (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status), but
/// that no old pod may be left; for everything else by those of kstatus.
struct Rollout {
  bool complete = false;
  std::string message = {};  ///< "1 of 2 updated pods are available"
  std::string failure = {};  ///< not empty: it cannot go on by itself, and why
  std::string hint = {};     ///< what to do about the failure, or if it takes too long
};

/// `ready`: a condition that has to be True besides (a workload), or in place of Ready (anything else).
Rollout rollout_of(const GroupKind& type, const nlohmann::json& object, const std::string& ready = "");

/// Whether objects of this type have pods to wait for.
bool is_workload(const GroupKind& type);

/// The pods of a workload as a query: "labelSelector=app%3Ddeck%2Ctier%3Dweb"; of a Pod itself:
/// "fieldSelector=metadata.name%3Ddeck". Empty if it has no selector.
std::string pod_selector(const GroupKind& type, const nlohmann::json& workload);

}  // namespace harness
