#include "cli/phases.h"

#include <algorithm>

#include "base/text.h"

namespace harness {

namespace {

double seconds_of(std::chrono::steady_clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Phases::Scope::Scope(Phases& owner, std::string phase)
    : owner_(owner), phase_(std::move(phase)), begin_(std::chrono::steady_clock::now()) {}

Phases::Scope::~Scope() {
  const auto end = std::chrono::steady_clock::now();
  const std::lock_guard lock(owner_.mutex_);
  auto span = std::find_if(owner_.spans_.begin(), owner_.spans_.end(), [&](const auto& s) { return s.phase == phase_; });
  if (span == owner_.spans_.end())
    owner_.spans_.push_back({phase_, begin_, end});
  else
    *span = {phase_, std::min(span->begin, begin_), std::max(span->end, end)};
}

std::string Phases::summary() const {
  const std::lock_guard lock(mutex_);
  auto ordered = spans_;
  std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::vector<std::string> parts;
  for (const auto& span : ordered) parts.push_back(span.phase + " " + format_seconds(seconds_of(span.end - span.begin)));
  return join(parts, ", ") + "; " + format_seconds(seconds_of(std::chrono::steady_clock::now() - begin_)) + " in all";
}

}  // namespace harness
