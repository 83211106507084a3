#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace harness {

/// Whether what a component waits for, the definition of a type, may still come with another one of the run.
/// Thread-safe.
class Arrivals {
 public:
  /// What is deployed: each component, and what it comes after.
  explicit Arrivals(std::map<std::string, std::vector<std::string>> components)
      : components_(std::move(components)) {}

  /// Says that `name` can do no more until something comes, or that it goes on.
  void set_blocked(const std::string& name, bool is_blocked);
  /// It is deployed.
  void end(const std::string& name);
  /// Whether there is one that has yet to end, is not blocked, and comes after none that is.
  bool may_come() const;

 private:
  /// Call with the mutex held.
  bool is_held_up(const std::string& name, std::set<std::string>& seen) const;

  const std::map<std::string, std::vector<std::string>> components_;
  mutable std::mutex mutex_;
  std::set<std::string> blocked_, ended_;
};

}  // namespace harness
