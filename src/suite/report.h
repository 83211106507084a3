#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/span.h"
#include "deploy/hermetic/outside_attempt.h"
#include "suite/fake_gap.h"
#include "suite/history.h"
#include "suite/runner.h"

namespace harness {

/// JUnit XML as Jenkins and Prow's viewers read it (https://github.com/testmoapp/junitxml). A flaky test has
/// surefire's <flakyFailure>.
std::string junit_xml(const std::vector<TestResult>& results);

/// Test Anything Protocol 14 (https://testanything.org/tap-version-14-specification.html).
std::string tap_text(const std::vector<TestResult>& results);

/// Which part of the chosen tests a run had (suite/shard.h).
struct RunShard {
  int index, count;
  size_t tests, of;  ///< it has these many, and all shards together those
  std::string cut;
};

/// What a report says of a run besides its results.
struct RunInfo {
  std::string project;  ///< the name of its folder
  std::string command;  ///< as it was typed
  std::string program;  ///< with the flags that choose the same project and instance
  Span::Time begin, end;
  std::vector<Span> spans = {};
  std::vector<OutsideAttempt> outside = {};
  std::vector<FakeGap> gaps = {};
  std::vector<std::string> remarks = {};  ///< what is to be known about what the tests met
  /// What tests came to before and now, by full name: of those that are worth a look.
  std::map<std::string, std::vector<PastResult>> past = {};
  std::optional<RunShard> shard = {};
  std::optional<int> exit_code = {};  ///< once it has ended
};

/// One page without references to others: summary, failures with their logs, flakes, timeline, what tests
/// came to before, slowest tests, all tests.
std::string report_html(const RunInfo& run, const std::vector<TestResult>& results);

/// junit_01.xml, results.json, tap.txt, report.html and trace.json in `dir`, each whole at any moment.
void write_reports(const std::filesystem::path& dir, const RunInfo& run,
                   const std::vector<TestResult>& results);

/// "3 passed, 1 failed, 1 flaky, 2 skipped"
std::string counts_line(const std::vector<TestResult>& results);

/// "./harness -no-setup -run=..." for this test and no other. `program` is as in RunInfo.
std::string rerun_command(const std::string& program, const TestCase& test);

/// "passed", "failed", "skipped", "flaky", "not run".
const char* status_word(TestResult::Status status);

/// What a test that was skipped says of it.
std::string why_skipped(const TestResult& result);

/// Why a test that has no result did not run.
std::string why_not_run(const TestResult& result);

}  // namespace harness
