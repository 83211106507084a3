#include "cli/phases.h"

#include <algorithm>

#include "base/text.h"

namespace harness {

namespace {

double seconds_of(std::chrono::system_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Phases::Scope::Scope(Phases& owner, std::string phase)
    : owner_(owner), phase_(std::move(phase)), begin_(std::chrono::system_clock::now()) {}

Phases::Scope::~Scope() {
  const std::lock_guard lock(owner_.mutex_);
  owner_.spans_.push_back({"phase", phase_, begin_, std::chrono::system_clock::now()});
}

std::vector<Span> Phases::spans() const {
  const std::lock_guard lock(mutex_);
  auto ordered = spans_;
  std::sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::vector<Span> merged;
  for (const auto& span : ordered) {
    const auto last =
        std::find_if(merged.rbegin(), merged.rend(), [&](const auto& one) { return one.name == span.name; });
    if (last != merged.rend() && span.begin <= last->end)
      last->end = std::max(last->end, span.end);
    else
      merged.push_back(span);
  }
  return merged;
}

std::string Phases::summary() const {
  std::vector<std::pair<std::string, Span::Time::duration>> totals;
  for (const auto& span : spans()) {
    auto total =
        std::find_if(totals.begin(), totals.end(), [&](const auto& t) { return t.first == span.name; });
    if (total == totals.end()) total = totals.insert(totals.end(), {span.name, {}});
    total->second += span.end - span.begin;
  }
  if (totals.empty()) return "";
  std::vector<std::string> parts;
  for (const auto& [phase, time] : totals) parts.push_back(phase + " " + format_seconds(seconds_of(time)));
  return join(parts, ", ") + "; " + format_seconds(seconds_of(std::chrono::system_clock::now() - begin_)) +
         " in all";
}

}  // namespace harness
