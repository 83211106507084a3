#pragma once

#include <set>
#include <string>
#include <vector>

#include "deploy/manifest.h"
#include "deploy/render/tools.h"

namespace harness {

/// What a component's sources say.
struct SourceObjects {
  std::vector<Object> objects;
  std::vector<Object> tests;         ///< of its chart (chart_tests)
  std::vector<std::string> remarks;  ///< what is left out of it, for the user
};

/// Reads and renders all sources of a component, manifests first. Throws Error (kUsage) where one cannot be
/// read or rendered.
SourceObjects read_component(const Project& project, const Component& component,
                             const RenderSettings& settings);

/// The files that its sources are read from, and the folders in which these may appear: relative to the
/// project.
std::set<std::string> source_files(const Project& project, const Component& component);

}  // namespace harness
