#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/setup.h"
#include "suite/report.h"

namespace harness {

/// The folder of a run's reports: -artifacts, else the instance's.
std::filesystem::path artifacts_dir(const Context& context);

/// The program with the flags that choose the same instance and project: "./harness -name=a".
std::string again(const Context& context);

/// What a run of tests leaves in its artifacts, from its begin to its end (docs/components.md, "Reports").
/// All of it is whole at any moment, also when this process is killed.
class Reports {
 public:
  /// Removes the reports of an earlier run. With the flag -artifacts the folder has Prow's files too
  /// ($ARTIFACTS is where Prow itself writes them).
  explicit Reports(const Context& context);

  /// Written at once where that is cheap against the time since the last call; else false.
  bool progress(const std::vector<TestResult>& results);
  /// What is known of it at the end.
  void tell_outside(std::vector<OutsideAttempt> attempts) { run_.outside = std::move(attempts); }
  void tell_remark(std::string remark) { remarks_.push_back(std::move(remark)); }
  void tell_shard(std::optional<RunShard> shard) { run_.shard = std::move(shard); }
  void tell_gaps(std::vector<FakeGap> gaps) { run_.gaps = std::move(gaps); }
  void tell_past(std::map<std::string, std::vector<PastResult>> past) { run_.past = std::move(past); }
  /// "failed in 7 of its last 200 runs"; may be empty.
  std::string past_line(const TestCase& test) const;
  void end(const std::vector<TestResult>& results, int exit_code);

 private:
  void write(const std::vector<TestResult>& results);

  const Context& context_;
  const std::filesystem::path dir_;
  const bool prow_;
  RunInfo run_;
  std::vector<std::string> remarks_;  ///< besides those of synced components
  std::chrono::steady_clock::time_point next_write_{};
};

/// What a run that was killed left unfinished is finished, and said. Whether one may have left something
/// behind in the cluster.
bool finish_killed_run(const Context& context);

}  // namespace harness
