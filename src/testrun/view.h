#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/terminal.h"
#include "testrun/flow_run.h"

namespace harness::testrun {

/// A flow on the terminal while it runs: a row for each node that runs, with what comes after it, and one for
/// those that wait, with what they wait for. Where there is no terminal: a line as each node ends.
/// Thread-safe.
class View {
 public:
  View(const Flow& flow, Terminal& terminal) : flow_(flow), terminal_(terminal) {}

  void begins(size_t node);
  void ended(size_t node, const Outcome& outcome, double seconds);
  /// What still waits, by the states as they are now.
  void waiting(const std::vector<NodeState>& states);
  /// Says which nodes were skipped, and why.
  void skipped(const std::vector<NodeState>& states);

 private:
  const Flow& flow_;
  Terminal& terminal_;
  std::mutex mutex_;
  std::map<size_t, Terminal::Task> running_;
  std::optional<Terminal::Task> waiting_;
};

}  // namespace harness::testrun
