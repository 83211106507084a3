#include "testrun/view.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace harness::testrun {

namespace {

constexpr size_t kShown = 4;

}  // namespace

void View::begins(size_t node) {
  std::vector<std::string> after;
  for (const auto child : flow_.dag.children(node)) after.push_back(flow_.nodes[child].id);
  const std::lock_guard lock(mutex_);
  const auto task = running_.emplace(node, terminal_.start("step", flow_.nodes[node].id)).first;
  if (!after.empty()) task->second.note("then " + first_of(std::move(after), kShown));
}

void View::ended(size_t node, const Outcome& outcome, double seconds) {
  {
    const std::lock_guard lock(mutex_);
    running_.erase(node);
  }
  const auto& ended = flow_.nodes[node];
  terminal_.line(
      fmt::format("{} {} ({}){}{}", word(outcome.phase), ended.id, format_seconds(seconds),
                  outcome.reason.empty() ? "" : ": " + outcome.reason,
                  is_failure(outcome.phase) && ended.continue_on_error ? "; the flow continues" : ""));
}

void View::waiting(const std::vector<NodeState>& states) {
  std::vector<std::string> lines;
  size_t count = 0;
  for (size_t node = 0; node < states.size(); ++node) {
    if (states[node].outcome.phase != Phase::pending) continue;
    if (++count > kShown) continue;
    std::vector<std::string> parents;
    for (const auto parent : flow_.dag.parents(node))
      if (!is_over(states[parent].outcome.phase)) parents.push_back(flow_.nodes[parent].id);
    const std::string what = states[node].paused ? " (paused)"
                             : parents.empty()   ? ""
                                                 : " for " + first_of(std::move(parents), kShown);
    lines.push_back(flow_.nodes[node].id + what);
  }
  const std::lock_guard lock(mutex_);
  if (count == 0) return waiting_.reset();
  if (!waiting_) waiting_.emplace(terminal_.start("waiting", ""));
  waiting_->note(fmt::format("{}: {}{}", count, join(lines, "; "),
                             count > kShown ? fmt::format("; {} more", count - kShown) : ""));
}

void View::skipped(const std::vector<NodeState>& states) {
  for (size_t node = 0; node < states.size(); ++node)
    if (states[node].outcome.phase == Phase::skipped)
      terminal_.line(fmt::format("Skipped {}: {}", flow_.nodes[node].id, states[node].outcome.reason));
}

}  // namespace harness::testrun
