#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace harness {

/// Where the time of a run went: for each phase, the time in which at least one of its steps ran. Phases overlap.
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
    std::chrono::steady_clock::time_point begin_;
  };
  /// "cluster 11.2s, build 8.0s, deploy 12.4s, tests 5.1s, teardown 3.0s; 33.4s in all"; empty where nothing was done
  std::string summary() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Span {
    std::string phase;
    Time begin, end;
  };
  mutable std::mutex mutex_;
  std::vector<Span> spans_;
  Time begin_ = std::chrono::steady_clock::now();
};

}  // namespace harness
