#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "deploy/manifest.h"

namespace harness {

/// "ConfigMap/default/name".
std::string config_key(const Object& object);
/// The keys of ConfigMaps and Secrets that the pod template of a Deployment, StatefulSet or DaemonSet names.
std::set<std::string> configs_named(const Object& object);

/// A hash of each ConfigMap and Secret among `objects`, by key.
std::map<std::string, std::string> config_hashes(const std::vector<Object>& objects);

/// Puts into the pod template of each Deployment, StatefulSet and DaemonSet of `objects` that names one of `configs` an annotation, deploy.harness/config,
/// with a hash of those: pods are replaced when it changes. Without it kubelet takes up to a minute to show a change of a mounted file, and
/// environment variables never change. Throws Error (kUsage) where an annotation cannot be placed.
void add_config_hashes(std::vector<Object>& objects, const std::map<std::string, std::string>& configs);

}  // namespace harness
