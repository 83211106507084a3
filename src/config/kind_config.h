#pragma once

#include <string>
#include <string_view>

#include "config/project.h"

namespace harness {

/// KIND's configuration for a project's cluster (https://kind.sigs.k8s.io/docs/user/configuration/), as JSON:
/// `ours`, changed by the project's cluster-config/kind.yaml (mappings key by key, lists of patches after
/// ours; nodes take our image and port where they have none; all of it with `replace: true`), by `nodes:`,
/// `control-planes:`, `zones:` and by `ports:`. Throws Error (kUsage) that lists every problem with its line.
std::string project_kind_config(const Project& project, std::string_view ours);

}  // namespace harness
