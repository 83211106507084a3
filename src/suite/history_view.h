#pragma once

#include <optional>
#include <string>
#include <vector>

#include "suite/history.h"

namespace harness {

/// What the past of one test comes to.
struct HistoryView {
  std::string name;
  size_t runs = 0;      ///< in which it ended: those that skipped it do not count
  size_t failures = 0;  ///< in which it failed, also where it passed when it was tried again
  /// Of these: flaky ones, and those at a commit, unedited, at which it passed as well.
  size_t flakes = 0;
  double seconds = 0;  ///< the median of the last kRecent runs
  double before = 0;   ///< and of those before them; 0: there are too few
  struct Failing {
    HistoryRun since;                  ///< the first run of those that failed without a break
    std::optional<HistoryRun> passed;  ///< the last one before it
    size_t runs = 0;
  };
  std::optional<Failing> failing;  ///< where the last run failed

  static constexpr size_t kRecent = 10;
};

HistoryView view_of(const std::string& name, const std::vector<PastResult>& past);

/// "failed in 7 of its last 200 runs"; empty where there is no other run to compare with.
std::string past_line(const std::vector<PastResult>& past);

/// "3f2a9c1d04b2", with "+" where files were edited; "no commit".
std::string commit_text(const HistoryRun& run);

/// The state of all tests: what fails and since when, what is flaky, what is slow or became slower.
std::string history_text(const std::vector<HistoryView>& views);

/// One test: what it comes to, and its last results, the newest first.
std::string history_text(const std::string& name, const std::vector<PastResult>& past);

std::string history_json(const std::vector<std::pair<std::string, std::vector<PastResult>>>& all);

/// A picture (SVG, to stand in a page) of the results of a test, the oldest first: a bar for each, as high as
/// it took long, of the class that is its status.
std::string history_plot(const std::vector<PastResult>& past);

}  // namespace harness
