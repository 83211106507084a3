#pragma once

#include <string>

#include "cli/component_objects.h"

namespace harness {

/// What the plan's components deploy, for -dry-run: a line "render    SOURCE: OBJECT" for each object that is
/// rendered. `verbose`: all objects, each with its JSON as it is written; what Secrets hold is left out of
/// it.
std::string describe_objects(const Plan& plan, const Project& project, const ComponentObjects& objects,
                             bool verbose);

}  // namespace harness
