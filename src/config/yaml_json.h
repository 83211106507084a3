#pragma once

#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

namespace harness {

/// A value as JSON, by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema): what is
/// quoted is a text, plain true, false, null and numbers are not.
nlohmann::json json_of(const YAML::Node& node);

}  // namespace harness
