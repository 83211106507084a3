#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/component_objects.h"
#include "cluster/instance.h"

namespace harness {

/// Component -> the images of its containers that are none of the project's: nodes pull them from outside.
using OutsideImages = std::map<std::string, std::set<std::string>>;
OutsideImages outside_images(const Project& project, const std::vector<std::string>& components,
                             const ComponentObjects& objects);

/// A line for each component, for -dry-run.
std::string describe_outside_images(const OutsideImages& images);

/// A line for each component with those that no run of this instance has deployed yet.
std::vector<std::string> new_outside_images(const OutsideImages& images, const Instance& instance);
/// Remembers that they have been deployed.
void remember_outside_images(const OutsideImages& images, const Instance& instance);

}  // namespace harness
