#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "testrun/scheduler.h"

namespace harness::testrun {

/// What is known of a node while its flow runs and afterwards.
struct NodeState {
  Outcome outcome = {.phase = Phase::init};
  std::optional<std::chrono::system_clock::time_point> begin = {}, end = {};
  bool paused = false;
};

/// Runs a flow by the rules of a Scheduler, so many nodes at once, each on a thread of its own.
class FlowRun {
 public:
  struct Hooks {
    std::function<Outcome(size_t node, std::stop_token stop)>
        execute;  ///< an exception is Phase::error, with what it says
    std::function<void(size_t node, const NodeState& state)> ended =
        {};                              ///< where it did not fail, before anything that waits for it begins
    std::function<void()> changed = {};  ///< states() says something new; must return soon
    std::function<void(size_t node)> paused = {};  ///< it waits for resume()
  };
  FlowRun(const Flow& flow, bool on_exit, Phase outcome, Hooks hooks);

  /// Returns the flow's phase once every node has its last one. After `stop` nothing new starts, and what
  /// runs gets the request.
  Phase run(int jobs, std::stop_token stop);
  /// Every node of this step that pauses may start; false where none does. Thread-safe, as states() is.
  bool resume(const std::string& step);
  std::vector<NodeState> states() const;

 private:
  void heed(const std::stop_token& stop);
  void work(std::stop_token stop);
  void tell_ended(size_t node, NodeState& ended) const;
  Outcome execute(size_t node, std::stop_token stop) const;
  void announce_paused(std::unique_lock<std::mutex>& lock);

  const Flow& flow_;
  const Hooks hooks_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Scheduler scheduler_;
  std::vector<NodeState> states_;  ///< but for the outcomes, which the scheduler has
  std::set<size_t> announced_;
};

}  // namespace harness::testrun
