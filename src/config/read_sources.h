#pragma once

#include <filesystem>
#include <string>

#include "config/sources.h"
#include "config/yaml_reader.h"

namespace harness {

/// The keys of a component that say where its objects come from.
inline const std::vector<std::string> kSourceKeys{"manifest", "kustomize",  "helm",
                                                  "render",   "configMaps", "secrets"};

/// Reads these of `fields`, and looks for what they name. Problems go to `reader`; `what` begins them:
/// "component \"web\"".
Sources read_sources(YamlReader& reader, Fields& fields, const std::string& what,
                     const std::filesystem::path& root);

}  // namespace harness
