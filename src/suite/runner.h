#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/terminal.h"
#include "suite/attempt.h"

namespace harness {

/// What came of a test, over all of its attempts.
struct TestResult {
  enum class Status {
    passed,
    failed,
    skipped,
    flaky,
    not_run
  };  ///< flaky: failed, and passed when it was retried
  const TestCase* test = nullptr;
  std::shared_ptr<const TestCase> recorded = {};  ///< where only a record told of it: `test` itself
  bool told_by_cases = false;                     ///< a command of which its cases, as results, say all
  Status status = Status::not_run;
  double seconds = 0;              ///< of all attempts
  std::string reason = {};         ///< of the first failure, or why it did not run
  std::filesystem::path log = {};  ///< what it printed: at its first failure, else at its first attempt
  int attempts = 0, failures = 0;
  std::vector<std::string> seen = {};                  ///< what RunSettings::on_failure found
  std::map<std::string, std::string> properties = {};  ///< that its runner recorded
};

struct RunSettings {
  AttemptSettings attempt;
  std::filesystem::path log_dir;  ///< a file a test, NAME.log; later attempts NAME.attempt-2.log and so on,
                                  ///< kept where they fail
  bool stream = false;            ///< prints what tests print as well, as it comes
  int jobs = 1;
  bool fail_fast = false;                           ///< nothing is started after a failure
  int repeat = 1;                                   ///< rounds
  bool until_it_fails = false;                      ///< rounds without end, until one has a failure
  int retry = 0;                                    ///< more attempts for a test that fails
  std::optional<unsigned> shuffle = {};             ///< an order that this number decides
  std::map<std::string, double> last_seconds = {};  ///< by full name: the slowest start first
  /// Called at once when a test has failed for the first time, with a folder beside its log to write to and
  /// the moment in which it began. What it returns is kept in the result. Thread-safe.
  std::function<std::vector<std::string>(const TestCase& test, const std::filesystem::path& dir,
                                         std::chrono::system_clock::time_point began)>
      on_failure = {};
  /// Gets all results as each test ends; one call at a time. Says whether it took them: where not, it gets
  /// them again a moment later.
  std::function<bool(const std::vector<TestResult>&)> on_progress = {};
};

/// Runs each test in a process of its own, `jobs` at once, then those labelled "serial" and those labelled
/// "disruptive" one by one, and prints a line as each ends. After a cancel the rest is `not_run`; the results
/// are complete all the same, in the order of `tests`, each followed by the cases that its command recorded.
std::vector<TestResult> run_tests(const std::vector<TestCase>& tests, const RunSettings& settings,
                                  Terminal& terminal, std::stop_token stop);

/// `copies` attempts at once, of one test after the other, until `stop` or until each had `settings.repeat`
/// (0: no end). Every 5 s a line: runs, failures, rate. The output of each failure is kept as
/// log_dir/stress/NAME.RUN.log.
std::vector<TestResult> stress_tests(const std::vector<TestCase>& tests, const RunSettings& settings,
                                     int copies, Terminal& terminal, std::stop_token stop);

/// Sub-tests of Go that were asked for, where no test had any of them: that is a failure, not a skip.
void refuse_missing_subtests(std::vector<TestResult>& results);

/// With what the test kept beside it.
void remove_log(const std::filesystem::path& log);

/// The name of a test's log: "TestDeck.Shows" and `suffix`, without what a file name must not hold.
std::string log_name(const TestCase& test, const std::string& suffix);

}  // namespace harness
