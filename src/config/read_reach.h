#pragma once

#include "config/project.h"
#include "config/yaml_reader.h"

namespace harness {

/// Reads `expose:` and `ports:` of a component. `what` names it in messages. Problems go to `reader`.
void read_reach(YamlReader& reader, Fields& fields, const std::string& what, Component& component);

/// That no two components claim one path of one host, or one port of this machine.
void check_claims(YamlReader& reader, const Component& component, const Project& so_far);

/// Reads `gateway:`, `nodes:`, `control-planes:` and `zones:`.
void read_cluster(YamlReader& reader, Fields& top, Project& project);

}  // namespace harness
