#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/span.h"

namespace harness {

/// Where the time of a run went: for each phase, the time in which at least one of its steps ran. Phases
/// overlap.
class Phases {
 public:
  /// Counts into `phase` while it lives.
  class Scope {
   public:
    Scope(Phases& owner, std::string phase);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Phases& owner_;
    std::string phase_;
    Span::Time begin_;
  };
  /// "cluster 11.2s, build 8.0s, deploy 12.4s, tests 5.1s, teardown 3.0s; 33.4s in all"; empty where nothing
  /// was done
  std::string summary() const;
  /// For each phase the times in which at least one of its steps ran, by their begin.
  std::vector<Span> spans() const;
  Span::Time begin() const { return begin_; }

 private:
  mutable std::mutex mutex_;
  std::vector<Span> spans_;
  const Span::Time begin_ = std::chrono::system_clock::now();
};

}  // namespace harness
