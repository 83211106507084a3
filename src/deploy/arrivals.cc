#include "deploy/arrivals.h"

#include <algorithm>

namespace harness {

void Arrivals::set_blocked(const std::string& name, bool is_blocked) {
  const std::lock_guard lock(mutex_);
  if (is_blocked)
    blocked_.insert(name);
  else
    blocked_.erase(name);
}

void Arrivals::end(const std::string& name) {
  const std::lock_guard lock(mutex_);
  ended_.insert(name);
}

bool Arrivals::may_come() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(components_.begin(), components_.end(), [&](const auto& one) {
    std::set<std::string> seen;
    return !ended_.contains(one.first) && !is_held_up(one.first, seen);
  });
}

bool Arrivals::is_held_up(const std::string& name, std::set<std::string>& seen) const {
  if (!seen.insert(name).second || ended_.contains(name)) return false;
  if (blocked_.contains(name)) return true;
  const auto found = components_.find(name);
  if (found == components_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const auto& before) { return is_held_up(before, seen); });
}

}  // namespace harness
