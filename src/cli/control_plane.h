#pragma once

#include <stop_token>

#include "base/terminal.h"
#include "config/project.h"

namespace harness {

/// `harness control-plane`: holds a Kubernetes API without nodes until `stop`, and prints the environment
/// that leads to it, for a shell. Throws Error (kUsage) where KIND's configuration names no node image,
/// (kCluster) where it does not start or ends.
void hold_control_plane(const Project& project, Terminal& terminal, std::stop_token stop);

}  // namespace harness
