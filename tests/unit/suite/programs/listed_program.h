#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "suite/attempt.h"
#include "suite/environment.h"
#include "suite/list.h"
#include "support/files.h"
#include "support/processes.h"

namespace harness {

/// A test program that is listed, and whose tests are tried one by one.
class ListedProgram : public testing::Test {
 protected:
  void list(TestProgram program) {
    program_ = std::move(program);
    auto env = test_environment();
    for (const auto& [name, value] : program_.env) env[name] = value;
    tests_ = list_tests({program_, project_.root(), project_ / "scratch", env}, {});
  }
  const TestCase& test(const std::string& full_name) const {
    for (const auto& one : tests_)
      if (one.full_name() == full_name) return one;
    throw std::runtime_error("no test " + full_name);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& one : tests_) all.push_back(one.full_name());
    return all;
  }
  Attempt attempt(const TestCase& test) {
    if (!attempts_) attempts_.emplace(settings_);
    return attempts_->run(test, project_ / "log", {});
  }
  /// "passed", or why not: "FAIL exit code 1", "SKIP no such thing".
  std::string result(const TestCase& test) {
    const auto ended = attempt(test);
    using Status = Attempt::Status;
    return ended.status == Status::passed
               ? "passed" + ended.reason
               : (ended.status == Status::skipped ? "SKIP " : "FAIL ") + ended.reason;
  }
  std::string result(const std::string& full_name) { return result(test(full_name)); }
  std::string log() const { return text_of(project_ / "log"); }

  TempProject project_;
  AttemptSettings settings_{
      .root = project_.root(), .tmp_dir = project_ / "tmp", .timeout = std::chrono::seconds(60)};
  TestProgram program_;
  std::vector<TestCase> tests_;
  std::optional<Attempts> attempts_;
};

}  // namespace harness
