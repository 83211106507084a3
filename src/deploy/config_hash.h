#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "deploy/manifest.h"

namespace harness {

/// Whether an object is a ConfigMap or a Secret of Kubernetes' own.
bool is_config(const Object& object);
/// "ConfigMap/default/name".
std::string config_key(const Object& object);

/// The keys of ConfigMaps and Secrets that the object's pod template names, wherever the API lets it (env,
/// envFrom, volumes of every kind, projected ones, imagePullSecrets), in every kind of Kubernetes' own that
/// has a pod template. Not what it gets by a name elsewhere: of its ServiceAccount, or of a custom resource.
std::set<std::string> configs_named(const Object& object);

/// A hash of what each ConfigMap and Secret among `objects` holds, by key.
std::map<std::string, std::string> config_hashes(const std::vector<Object>& objects);

/// Puts into each pod template of `objects` that names one of `configs` an annotation, deploy.harness/config,
/// with a hash of those, so that pods are replaced when it changes: the kubelet takes up to a minute to show
/// a change of a mounted file, and environment variables never change. Templates that no controller keeps
/// revisions of get kTemplateAnnotation, too. Throws Error (kUsage) where an annotation cannot be placed.
void annotate_templates(std::vector<Object>& objects, const std::map<std::string, std::string>& configs);

}  // namespace harness
