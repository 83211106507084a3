#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "suite/runner.h"

namespace harness {

/// What came of the cases of a command of which only its record tells, over all attempts at it.
class CaseResults {
 public:
  /// What an attempt at `entry` recorded. `log_of` says where a case's output is to be kept.
  void note(const TestResult& entry, const Attempt& attempt,
            const std::function<std::filesystem::path(const TestCase&)>& log_of);
  /// A round is over: each case that it had is passed on, with whether it failed in its last attempt.
  void end_round(const std::function<void(const TestResult&, RecordedCase::End)>& tell);
  /// In the order in which they were first recorded.
  std::vector<TestResult> all() const { return {results_.begin(), results_.end()}; }

 private:
  struct Round {
    RecordedCase::End last = RecordedCase::End::passed;
    int failures = 0;
  };
  TestResult& result_of(const TestResult& entry, const CaseName& name, const RecordedCase& one);

  std::deque<TestResult> results_;
  std::map<std::string, size_t> numbers_;  ///< by full name
  std::map<size_t, Round> round_;
};

/// Those of which something is to be said: not a command of which its cases say all.
std::vector<TestResult> told(const std::vector<TestResult>& results);

}  // namespace harness
