#include "testrun/flow_run.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"

namespace harness::testrun {

FlowRun::FlowRun(const Flow& flow, bool on_exit, Phase outcome, Hooks hooks)
    : flow_(flow), hooks_(std::move(hooks)), scheduler_(flow, on_exit, outcome), states_(flow.nodes.size()) {}

Phase FlowRun::run(int jobs, std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this, stop] {
    const std::lock_guard lock(mutex_);
    heed(stop);
    changed_.notify_all();
  });
  {
    std::unique_lock lock(mutex_);
    announce_paused(lock);
  }
  run_on_threads(std::min(flow_.nodes.size(), static_cast<size_t>(jobs)), [this, stop] { work(stop); });
  const std::lock_guard lock(mutex_);
  return scheduler_.phase();
}

/// What runs may hear of the request, and end by it, before this flow does.
void FlowRun::heed(const std::stop_token& stop) {
  if (stop.stop_requested()) scheduler_.stop("interrupted");
}

void FlowRun::work(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    std::optional<size_t> node;
    changed_.wait(lock, [&] {
      heed(stop);
      return scheduler_.over() || (node = scheduler_.next());
    });
    if (!node) return;
    states_[*node].begin = std::chrono::system_clock::now();
    lock.unlock();
    if (hooks_.changed) hooks_.changed();
    NodeState ended{execute(*node, stop), states_[*node].begin, std::chrono::system_clock::now()};
    if (!is_failure(ended.outcome.phase)) tell_ended(*node, ended);  // before anything that waits for it
    const bool failed = is_failure(ended.outcome.phase);
    lock.lock();
    if (failed) ended.end = std::chrono::system_clock::now();  // from here on nothing new starts
    states_[*node].end = ended.end;
    heed(stop);
    scheduler_.ended(*node, ended.outcome);
    announce_paused(lock);
    changed_.notify_all();
    lock.unlock();
    if (failed) tell_ended(*node, ended);
    if (hooks_.changed) hooks_.changed();
    lock.lock();
  }
}

/// What is kept of a node may have no place, on a full disk: then it has failed.
void FlowRun::tell_ended(size_t node, NodeState& ended) const {
  if (!hooks_.ended) return;
  try {
    hooks_.ended(node, ended);
  } catch (const std::exception& e) {
    if (!is_failure(ended.outcome.phase)) ended.outcome = {Phase::error, e.what()};
  }
}

Outcome FlowRun::execute(size_t node, std::stop_token stop) const {
  try {
    return hooks_.execute(node, std::move(stop));
  } catch (const Cancelled&) {
    return {Phase::error, "interrupted"};
  } catch (const Error& e) {
    const auto said = trim(tail(e.details.output_tail, 1));
    return {Phase::error, e.what() + (said.empty() ? "" : ": " + said)};
  } catch (const std::exception& e) {
    return {Phase::error, e.what()};
  }
}

/// Outside of the lock: what is told may resume the node at once.
void FlowRun::announce_paused(std::unique_lock<std::mutex>& lock) {
  std::vector<size_t> fresh;
  for (const auto node : scheduler_.paused())
    if (announced_.insert(node).second) fresh.push_back(node);
  if (fresh.empty() || !hooks_.paused) return;
  lock.unlock();
  for (const auto node : fresh) hooks_.paused(node);
  if (hooks_.changed) hooks_.changed();  // `testrun resume` reads in the status what is paused
  lock.lock();
}

bool FlowRun::resume(const std::string& step) {
  const std::lock_guard lock(mutex_);
  bool any = false;
  for (const auto node : std::set<size_t>(scheduler_.paused()))
    if (flow_.nodes[node].step->name == step) any = scheduler_.resume(node) || any;
  changed_.notify_all();
  return any;
}

std::vector<NodeState> FlowRun::states() const {
  const std::lock_guard lock(mutex_);
  auto all = states_;
  for (size_t node = 0; node < all.size(); ++node) all[node].outcome = scheduler_.outcome(node);
  for (const auto node : scheduler_.paused()) all[node].paused = true;
  return all;
}

}  // namespace harness::testrun
