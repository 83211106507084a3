#pragma once

#include <optional>

#include "deploy/diagnosis.h"
#include "deploy/trouble/scene.h"

namespace harness {

/// Why a Node, as the API gives it, runs no pods; nothing where it does.
std::optional<Diagnosis> node_unready(const nlohmann::json& node);
/// Whether one of Kubernetes' own pods ends since no file can be watched any more: without a network, or
/// kube-proxy, no node is of use.
std::optional<Diagnosis> system_pod_lacks_files(const Scene& scene);
/// Why it takes no new ones.
std::optional<Diagnosis> node_short(const nlohmann::json& node);

}  // namespace harness
