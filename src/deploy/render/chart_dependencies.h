#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "deploy/render/chart_store.h"

namespace harness {

/// What a chart's folder does not hold of what its Chart.yaml (or requirements.yaml) lists under
/// `dependencies:`.
struct ChartDependency {
  std::string name;
  std::filesystem::path folder;       ///< of `repository: file://..`, used in place of a copy in charts/
  std::optional<ChartOrigin> origin;  ///< of one that charts/ lacks, in the version of Chart.lock
};

/// Those of the chart in `folder`; none where it is a file. Throws Error (kUsage) where one is nowhere, or
/// its version is not known.
std::vector<ChartDependency> missing_dependencies(const std::filesystem::path& folder);

/// A chart's folder with those of its `file://` dependencies, and theirs.
std::set<std::filesystem::path> chart_folders(const std::filesystem::path& chart);

/// Puts into `copy`, a copy of the chart in `folder`, what is missing there, as `helm dependency build` does.
/// `fetch` gives a .tgz. Throws Error (kUsage) as missing_dependencies, and where charts lead in a circle.
void add_dependencies(const std::filesystem::path& folder, const std::filesystem::path& copy,
                      const std::function<std::filesystem::path(const ChartOrigin&)>& fetch, int depth = 0);

}  // namespace harness
