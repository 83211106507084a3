#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/terminal.h"
#include "suite/test_case.h"

namespace harness {

struct TestResult {
  enum class Status { passed, failed, skipped, not_run };
  const TestCase* test = nullptr;
  Status status = Status::not_run;
  double seconds = 0;
  std::string reason;           ///< of a failure: "exit code 1", "killed by signal 11", "timed out after 600s"
  std::filesystem::path log;    ///< what it printed
};

struct RunSettings {
  std::filesystem::path root;       ///< working folder of every test
  std::filesystem::path log_dir;    ///< one file a test
  std::filesystem::path tmp_dir;    ///< in it each test has a folder of its own as $TMPDIR, removed when it has ended
  std::map<std::string, std::string> env;
  int jobs = 1;
};

/// Runs each test in a process of its own, `jobs` at once, and prints a line as each ends. After a cancel the rest is
/// `not_run`; the results are complete all the same.
std::vector<TestResult> run_tests(const std::vector<TestCase>& tests, const RunSettings& settings, Terminal& terminal, std::stop_token stop);

/// JUnit XML as Jenkins and Prow's viewers read it (https://github.com/testmoapp/junitxml).
std::string junit_xml(const std::vector<TestResult>& results);

}  // namespace harness
