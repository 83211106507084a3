#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "testrun/locations.h"
#include "testrun/plan.h"
#include "testrun/read.h"

namespace harness::testrun {

/// A Testrun with all that it names. The plan points into the rest.
struct Loaded {
  Testrun run;
  std::unique_ptr<Catalog> catalog;
  Plan plan;
};

/// What is to be said of files, a message each.
struct Findings {
  std::vector<std::string> problems, remarks;
};

/// The Testruns of a file, or of a folder's *.yaml and *.yml by name. Throws Error (kUsage) where there is
/// none.
std::vector<std::filesystem::path> testrun_files(const std::filesystem::path& path);

/// Reads a Testrun and the definitions in its locations, and plans it. The result is to be used only where
/// there are no problems.
std::unique_ptr<Loaded> load(const std::filesystem::path& file, const Parameters& parameters,
                             const Catalog::Folders& folders, const Defaults& defaults, Findings& findings,
                             std::stop_token stop);

}  // namespace harness::testrun
