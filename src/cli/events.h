#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"

namespace harness {

/// Every Event of the cluster, the oldest first.
std::vector<nlohmann::json> events_of(const KubeApi& api, const ApiPatience& patience);

/// When it was last seen, RFC 3339.
std::string event_time(const nlohmann::json& event);

/// All else in one line: "Warning Pod default/web Failed: the image cannot be pulled".
std::string event_line(const nlohmann::json& event);

}  // namespace harness
