#include "cli/phases.h"

#include <algorithm>

#include "base/text.h"

namespace harness {

namespace {

double seconds_of(std::chrono::system_clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Phases::Scope::Scope(Phases& owner, std::string phase)
    : owner_(owner), phase_(std::move(phase)), begin_(std::chrono::system_clock::now()) {}

Phases::Scope::~Scope() {
  const std::lock_guard lock(owner_.mutex_);
  owner_.spans_.push_back({"phase", phase_, begin_, std::chrono::system_clock::now()});
}

std::vector<Span> Phases::spans() const {
  const std::lock_guard lock(mutex_);
  return spans_;
}

std::string Phases::summary() const {
  const std::lock_guard lock(mutex_);
  if (spans_.empty()) return "";
  auto ordered = spans_;
  std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  struct Total {
    std::string phase;
    Span::Time::duration time{};
    Span::Time counted_to;
  };
  std::vector<Total> totals;
  for (const auto& span : ordered) {
    auto total = std::find_if(totals.begin(), totals.end(), [&](const auto& t) { return t.phase == span.name; });
    if (total == totals.end()) total = totals.insert(totals.end(), {span.name, {}, span.begin});
    const auto from = std::max(span.begin, total->counted_to);  // steps side by side count once
    total->time += std::max(span.end - from, Span::Time::duration::zero());
    total->counted_to = std::max(total->counted_to, span.end);
  }
  std::vector<std::string> parts;
  for (const auto& total : totals) parts.push_back(total.phase + " " + format_seconds(seconds_of(total.time)));
  return join(parts, ", ") + "; " + format_seconds(seconds_of(std::chrono::system_clock::now() - begin_)) + " in all";
}

}  // namespace harness
