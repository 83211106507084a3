#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "testrun/phase.h"
#include "testrun/plan.h"

namespace harness::testrun {

/// The rules of a flow: which node may start, and what becomes of the others when one has ended. Knows
/// nothing of time or threads.
///
/// testflow: after a failure nothing new starts, unless the node continues on error. onExit: a failure keeps
/// only what depends on that node; a node whose condition does not hold is skipped, and what depends on it
/// goes on.
class Scheduler {
 public:
  /// `outcome`: of the testflow, for conditions; counts for onExit only.
  Scheduler(const Flow& flow, bool on_exit, Phase outcome);

  /// The first in the file's order that may start, which is now running; nothing where all that is left
  /// waits.
  std::optional<size_t> next();
  /// How a running node ended.
  void ended(size_t node, const Outcome& outcome);
  /// Nothing new starts.
  void stop(const std::string& reason);
  /// A node that paused may start. False where it does not pause.
  bool resume(size_t node);

  /// Every node has its last phase.
  bool over() const { return left_ == 0; }
  bool stopped() const { return stopped_; }
  const std::set<size_t>& paused() const { return paused_; }
  /// Pending, running, or how it ended; the reason says why it was skipped.
  const Outcome& outcome(size_t node) const { return outcomes_[node]; }
  /// The flow as a whole, once it is over: Succeeded where nothing failed; Error or Timeout where that
  /// stopped it; else Failed.
  Phase phase() const;

 private:
  void ready(size_t node);
  void release_children(size_t node);
  bool skip(size_t node, const std::string& reason);
  bool condition_holds(const Node& node) const;

  const Flow& flow_;
  const bool on_exit_;
  const Phase before_;
  std::vector<Outcome> outcomes_;
  std::vector<size_t> waits_for_;  ///< parents that have not ended
  std::set<size_t> ready_, paused_;
  size_t left_;
  bool stopped_ = false;
  Phase stopped_by_ = Phase::succeeded;
};

}  // namespace harness::testrun
