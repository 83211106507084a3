#pragma once

#include <stop_token>
#include <string>

namespace harness {

/// Tells `node` to refuse what is sent to a Service that it has no rules for yet. Without this such packets leave the node by
/// its default route, and whatever answers there is taken for the Service. Lasts as long as the node runs.
/// Throws Error (kCluster).
void keep_services_inside(const std::string& node, std::stop_token stop);

}  // namespace harness
