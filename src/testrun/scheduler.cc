#include "testrun/scheduler.h"

#include <algorithm>

namespace harness::testrun {

const char* word(Phase phase) {
  switch (phase) {
    case Phase::init:
      return "Init";
    case Phase::pending:
      return "Pending";
    case Phase::running:
      return "Running";
    case Phase::succeeded:
      return "Succeeded";
    case Phase::failed:
      return "Failed";
    case Phase::error:
      return "Error";
    case Phase::skipped:
      return "Skipped";
    case Phase::timeout:
      return "Timeout";
  }
  return "";
}

namespace {

/// Of what stopped a flow the one that says most.
int weight(Phase phase) {
  return phase == Phase::error ? 3 : phase == Phase::failed ? 2 : phase == Phase::timeout ? 1 : 0;
}

}  // namespace

Scheduler::Scheduler(const Flow& flow, bool on_exit, Phase outcome)
    : flow_(flow),
      on_exit_(on_exit),
      before_(outcome),
      outcomes_(flow.nodes.size(), {.phase = Phase::pending}),
      left_(flow.nodes.size()) {
  for (size_t node = 0; node < flow.nodes.size(); ++node) waits_for_.push_back(flow.dag.parents(node).size());
  for (size_t node = 0; node < flow.nodes.size(); ++node)
    if (flow.dag.parents(node).empty()) ready(node);
}

bool Scheduler::condition_holds(const Node& node) const {
  const auto condition = node.step->condition;
  return !on_exit_ || condition == Condition::always ||
         (condition == Condition::success) == (before_ == Phase::succeeded);
}

void Scheduler::ready(size_t node) {
  if (outcomes_[node].phase != Phase::pending) return;
  if (!condition_holds(flow_.nodes[node])) {
    skip(node, before_ == Phase::succeeded ? "the testflow succeeded" : "the testflow did not succeed");
    release_children(node);
  } else {
    (flow_.nodes[node].step->pause ? paused_ : ready_).insert(node);
  }
}

void Scheduler::release_children(size_t node) {
  for (const auto child : flow_.dag.children(node))
    if (--waits_for_[child] == 0) ready(child);
}

std::optional<size_t> Scheduler::next() {
  if (ready_.empty()) return std::nullopt;
  const size_t node = *ready_.begin();
  ready_.erase(ready_.begin());
  outcomes_[node].phase = Phase::running;
  return node;
}

void Scheduler::ended(size_t node, const Outcome& outcome) {
  outcomes_[node] = outcome;
  --left_;
  const auto& ended = flow_.nodes[node];
  if (!is_failure(outcome.phase) || ended.continue_on_error) return release_children(node);
  if (weight(outcome.phase) > weight(stopped_by_)) stopped_by_ = outcome.phase;
  const auto reason = ended.id + " " + (outcome.phase == Phase::timeout ? "took too long" : "failed");
  if (!on_exit_) return stop(reason);
  std::vector<size_t> over{node};
  for (size_t other = 0; other < outcomes_.size(); ++other)
    if (flow_.depends.reaches(node, other) && skip(other, reason)) over.push_back(other);
  for (const auto one : over) release_children(one);
}

void Scheduler::stop(const std::string& reason) {
  stopped_ = true;
  for (size_t node = 0; node < outcomes_.size(); ++node) skip(node, reason);
}

bool Scheduler::skip(size_t node, const std::string& reason) {
  if (outcomes_[node].phase != Phase::pending) return false;
  outcomes_[node] = {Phase::skipped, reason};
  ready_.erase(node);
  paused_.erase(node);
  --left_;
  return true;
}

bool Scheduler::resume(size_t node) {
  if (paused_.erase(node) == 0) return false;
  ready_.insert(node);
  return true;
}

Phase Scheduler::phase() const {
  if (stopped_by_ == Phase::error || stopped_by_ == Phase::timeout) return stopped_by_;
  const bool failed =
      std::any_of(outcomes_.begin(), outcomes_.end(), [](const auto& one) { return is_failure(one.phase); });
  if (failed) return Phase::failed;
  return stopped_ ? Phase::error : Phase::succeeded;  // a stop from outside before anything failed
}

}  // namespace harness::testrun
