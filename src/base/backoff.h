#pragma once

#include <algorithm>
#include <chrono>

namespace harness {

/// The pauses between tries: each twice as long as the one before, up to the longest.
class Backoff {
 public:
  using Duration = std::chrono::milliseconds;
  Backoff(Duration first, Duration longest) : first_(first), longest_(longest), next_(first) {}
  Duration next() {
    const auto now = next_;
    next_ = std::min(2 * next_, longest_);
    return now;
  }
  void reset() { next_ = first_; }

 private:
  const Duration first_, longest_;
  Duration next_;
};

}  // namespace harness
