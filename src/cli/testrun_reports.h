#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "base/terminal.h"
#include "config/options.h"

namespace harness {

/// What the Testruns of one command leave outside of `.harness/runs/`: with the flag -artifacts a job as
/// Prow's viewers look for it (started.json, finished.json, build-log.txt, and in artifacts/ junit_01.xml and
/// a folder of the name of each run, with its status, logs and results); in $ARTIFACTS, where Prow writes the
/// first three itself, what would be in artifacts/.
class TestrunReports {
 public:
  TestrunReports(const Options& options, const std::filesystem::path& root, Terminal& terminal,
                 std::stop_token stop);
  /// A run has ended, with its results written.
  void add(const std::filesystem::path& run);
  void end(int exit_code) const;

 private:
  const std::filesystem::path dir_;  ///< empty: nothing is left
  const bool prow_;
  int runs_ = 0;
};

}  // namespace harness
