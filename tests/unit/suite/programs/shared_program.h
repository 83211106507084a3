#pragma once

#include "base/plain_text.h"
#include "base/text.h"
#include "suite/programs/listed_program.h"
#include "suite/report.h"
#include "suite/runner.h"
#include "support/captured.h"

namespace harness {

/// A test program whose tests run together, as a run has them.
class SharedProgram : public ListedProgram {
 protected:
  /// "passed", "failed REASON" by the names of tests.
  std::map<std::string, std::string> run(RunSettings settings = {}, std::stop_token stop = {}) {
    settings.attempt = settings_;
    settings.log_dir = project_ / "logs";
    printed_ = captured([&] {
      Terminal terminal({});
      results_ = run_tests(tests_, settings, terminal, stop);
    });
    std::map<std::string, std::string> by_name;
    for (const auto& result : results_) {
      const auto reason = one_line(result.reason);
      by_name[result.test->name] = status_word(result.status) + (reason.empty() ? "" : " " + reason);
    }
    return by_name;
  }
  std::string log_of(const std::string& name) const {
    for (const auto& result : results_)
      if (result.test->name == name) return text_of(result.log);
    return "no such test";
  }
  size_t lines_of(const std::string& file) const {
    return split(trim(text_of(project_ / file)), '\n').size();
  }

  std::vector<TestResult> results_;
  Captured printed_;
};

}  // namespace harness
