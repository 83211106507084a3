#pragma once

#include <map>
#include <string>

#include "config/project.h"
#include "config/yaml_reader.h"

namespace harness {

/// What images of a builder have that say nothing else, by builder; {name} is theirs.
using ImageDefaults = std::map<std::string, Image>;

/// Reads `builders:`, each a command line or `{command: ..., images: {...}}`, into the project.
ImageDefaults read_builders(YamlReader& reader, const YAML::Node& node, Project& project);

/// Reads and checks one entry of `images:` into the project.
void read_image(YamlReader& reader, const YAML::Node& key, const YAML::Node& node,
                const ImageDefaults& defaults, Project& project);

}  // namespace harness
