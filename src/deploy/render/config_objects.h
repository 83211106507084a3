#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "config/sources.h"

namespace harness {

/// The ConfigMap or Secret of an entry, as `kubectl create configmap NAME --from-file --from-env-file` and
/// `kubectl create secret generic` make it: a key for each file, also for each that is directly in a folder,
/// and for each line of an env file; what is no UTF-8 goes into a ConfigMap's binaryData. Throws Error
/// (kUsage) that begins with `place`, "components.yaml:12:5": a key that Kubernetes does not take, or that is
/// there twice. It never holds a value.
nlohmann::json config_object(const std::filesystem::path& root, const ConfigFiles& config,
                             const std::string& place);

}  // namespace harness
