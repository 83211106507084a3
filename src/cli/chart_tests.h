#pragma once

#include "cli/setup.h"
#include "deploy/chart_test_run.h"
#include "suite/attempt.h"

namespace harness {

/// Runs the tests of charts (`tests: - {helm: COMPONENT}`) with the images that were deployed. Thread-safe.
class ChartTests {
 public:
  ChartTests(const Context& context, const KubeApi& api, const std::string& run_id)
      : context_(context), api_(api), run_(api, run_id) {}

  /// As AttemptSettings::run_chart_test. One test runs once at a time.
  Attempt run(const TestCase& test, const std::filesystem::path& log, std::chrono::seconds timeout,
              std::stop_token stop);

  /// Deletes what was made for them.
  void end();

 private:
  std::mutex& turn_of(const TestCase& test);

  const Context& context_;
  const KubeApi& api_;
  ChartTestRun run_;
  std::mutex mutex_;
  std::map<std::string, std::mutex> turns_;  ///< by full name
};

}  // namespace harness
