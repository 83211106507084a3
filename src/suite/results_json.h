#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "suite/report.h"

namespace harness {

/// Every test with all that is known of it (docs/components.md, "Reports").
std::string results_json(const RunInfo& run, const std::vector<TestResult>& results);

/// A run as its results.json tells it. A log is looked for beside the file where it is not at its place.
struct ReadRun {
  RunInfo run;
  std::vector<TestResult> results;  ///< each has its test, and that its program
};
/// Throws Error (kUsage) where the file is missing or no results.json.
ReadRun read_results(const std::filesystem::path& file);

/// How long an attempt at each test took, by its full name; at a command with cases, all of them together.
std::map<std::string, double> seconds_of(const std::vector<TestResult>& results);

}  // namespace harness
