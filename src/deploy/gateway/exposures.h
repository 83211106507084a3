#pragma once

#include <vector>

#include "deploy/gateway/services.h"

namespace harness {

/// The routes of every component's `expose:`. Throws Error (kUsage) with its place in components.yaml where a
/// Service is missing, or cannot be served.
std::vector<Route> exposed_routes(const Project& project, const Services& services);

/// The streams of every component's `ports:`; likewise.
std::vector<Stream> fixed_streams(const Project& project, const Services& services);

}  // namespace harness
