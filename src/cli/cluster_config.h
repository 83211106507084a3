#pragma once

#include <string>

#include "config/project.h"

namespace harness {

/// KIND's configuration: the one that is compiled in, as the project changes it (config/kind_config.h).
std::string kind_config(const Project& project);
/// The image of the first node there; empty where KIND's own default is meant.
std::string node_image(const Project& project);
/// "v1.34.0", as the tag of that image says; empty where it does not.
std::string kubernetes_version(const Project& project);
/// The gateway's manifest: the project's own in cluster-config/, else the one that is compiled in.
/// `is_given`: for a cluster that the user gave (gateway-given.yaml).
std::string gateway_manifest(const Project& project, bool is_given);

}  // namespace harness
