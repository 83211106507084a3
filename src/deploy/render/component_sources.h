#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "deploy/manifest.h"
#include "deploy/render/helm.h"
#include "deploy/render/tools.h"

namespace harness {

/// What a component's sources say.
struct SourceObjects {
  std::vector<Object> objects;
  std::vector<Object> tests;         ///< of its chart (chart_tests)
  std::vector<std::string> remarks;  ///< what is left out of it, for the user
  bool asks_cluster = false;         ///< the templates of its chart may ask the cluster
  std::optional<Error> unanswered;   ///< why these are not rendered as long as nobody answers
};

/// Reads and renders all sources of a component, manifests first. Without `answers` a chart that may ask the
/// cluster is what the last render with answers made of the same files; where there was none `lookup` finds
/// nothing, and what fails by that is not rendered (`unanswered`). With `answers` it is rendered in any case.
/// Throws Error (kUsage) where one cannot be read or rendered.
SourceObjects read_component(const Project& project, const Component& component,
                             const RenderSettings& settings, const std::optional<ChartAnswers>& answers = {});

/// The notes of its chart.
std::string notes_of(const Project& project, const Component& component, const RenderSettings& settings,
                     const ChartAnswers& answers);

/// The files that its sources are read from, and the folders in which these may appear: relative to the
/// project.
std::set<std::string> source_files(const Project& project, const Component& component);

}  // namespace harness
