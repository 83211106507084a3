#pragma once

#include <string>
#include <vector>

#include "config/project.h"
#include "deploy/manifest.h"

namespace harness {

/// Gives the objects of a component the conditions of its `ready:`. Throws Error (kUsage) that names its
/// place in `project_file` where no object of the manifest is of that kind, or objects of several groups are.
void set_ready_conditions(std::vector<Object>& objects, const Component& component,
                          const std::string& project_file);

}  // namespace harness
