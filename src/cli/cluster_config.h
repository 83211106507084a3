#pragma once

#include <string>

#include "config/project.h"

namespace harness {

/// KIND's configuration and the gateway's manifest: the project's own in cluster-config/, else those that are compiled in.
std::string kind_config(const Project& project);
/// `is_given`: for a cluster that the user gave (gateway-given.yaml).
std::string gateway_manifest(const Project& project, bool is_given);

}  // namespace harness
