#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>

#include "cluster/kube_api.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Whether a Namespace is being deleted: it takes no new objects, and goes with all that is in it.
bool is_ending_namespace(const nlohmann::json& name_space);

/// Why one that is being deleted cannot go by itself, from its conditions
/// (https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/). Nothing where it only
/// needs time.
std::optional<Diagnosis> stuck_namespace(const nlohmann::json& name_space);

/// Returns once it is gone. Throws Error (kDeploy) as soon as it cannot go, or when the time is over.
void wait_for_namespace_to_end(const KubeApi& api, const std::string& name, const Waiting& waiting,
                               std::stop_token stop);

}  // namespace harness
