#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace harness {

/// As YAML::LoadAll, which takes an entry of no list (",") for documents without end. Throws YAML::Exception.
std::vector<YAML::Node> yaml_documents(const std::string& text);

}  // namespace harness
