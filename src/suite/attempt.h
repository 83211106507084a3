#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>

#include "suite/test_case.h"

namespace harness {

struct AttemptSettings {
  std::filesystem::path root;     ///< working folder of a test that has none of its own
  std::filesystem::path tmp_dir;  ///< in it each attempt has a folder of its own as $TMPDIR, removed when it has ended
  std::map<std::string, std::string> env = {};
  std::chrono::seconds timeout{600};  ///< of a test that says none
};

/// One run of one test.
struct Attempt {
  enum class Status { passed, failed, skipped };
  Status status = Status::failed;
  double seconds = 0;
  std::string reason = {};  ///< of a failure: "exit code 1", "killed by signal 11", "timed out after 600s"
};

/// Runs `test` in a process of its own, with its output in `log` and what it keeps ($HARNESS_ARTIFACTS) in `log`.d. `number` tells
/// attempts that run at once apart. A test that takes too long gets SIGTERM (Go: SIGQUIT, on which it prints what it waited for),
/// and its process group is killed 2 s later. Throws Cancelled, and Error where it cannot be started.
Attempt run_attempt(const TestCase& test, const AttemptSettings& settings, const std::filesystem::path& log, size_t number, std::stop_token stop);

}  // namespace harness
