#include "crier/queue.h"

#include <algorithm>

namespace ci {

void RetryQueue::add(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& entry = entries_[name];
  if (entry.taken)
    entry.again = true;
  else if (entry.due == Clock::time_point())
    entry.due = Clock::now();  // one that waits after a failure keeps its turn
  announce();
}

std::optional<std::string> RetryQueue::take(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    auto next = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry)
      if (!entry->second.taken && (next == entries_.end() || entry->second.due < next->second.due))
        next = entry;
    if (next != entries_.end() && next->second.due <= Clock::now()) {
      next->second.taken = true;
      return next->first;
    }
    const auto seen = changes_;
    const auto until = next == entries_.end() ? Clock::now() + std::chrono::hours(1) : next->second.due;
    changed_.wait_until(lock, stop, until, [&] { return changes_ != seen; });
  }
  return {};
}

void RetryQueue::done(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return;
  if (entry->second.again)
    entry->second = {.due = Clock::now()};
  else
    entries_.erase(entry);
  announce();
}

void RetryQueue::failed(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& entry = entries_[name];
  entry.due = Clock::now() + entry.pause;
  entry.pause = std::min<Clock::duration>(2 * entry.pause, std::chrono::seconds(30));
  entry.taken = entry.again = false;
  announce();
}

void RetryQueue::announce() {
  ++changes_;
  changed_.notify_all();
}

size_t RetryQueue::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace ci
