#pragma once

#include <map>
#include <string>
#include <vector>

#include "deploy/manifest.h"

namespace harness {

/// A hash of each ConfigMap and Secret among `objects`, by "ConfigMap/default/name".
std::map<std::string, std::string> config_hashes(const std::vector<Object>& objects);

/// Puts into the pod template of each Deployment, StatefulSet and DaemonSet of `objects` that names one of `configs` an annotation, deploy.harness/config,
/// with a hash of those: pods are replaced when it changes. Without it kubelet takes up to a minute to show a change of a mounted file, and
/// environment variables never change. The rest of the text stays as it was written. Throws Error (kUsage) where an annotation cannot be placed.
void add_config_hashes(std::vector<Object>& objects, const std::map<std::string, std::string>& configs);

}  // namespace harness
