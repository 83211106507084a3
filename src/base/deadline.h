#pragma once

#include <algorithm>
#include <chrono>
#include <stop_token>

namespace harness {

/// When a wait ends: at a point in time, or as soon as a stop is requested. What can block takes one, so that
/// no wait is without an end. Cheap to copy. Thread-safe.
///
///     const Deadline deadline(std::chrono::seconds(20), stop);
///     while (!answers(host, deadline))
///       if (!deadline.pause(std::chrono::milliseconds(50))) throw Error("no answer within 20 s", ...);
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;
  Deadline(Clock::time_point end, std::stop_token stop) : end_(end), stop_(std::move(stop)) {}
  Deadline(Clock::duration time, std::stop_token stop) : Deadline(after(time), std::move(stop)) {}

  /// The sooner of this one and `time` from now.
  Deadline within(Clock::duration time) const { return {std::min(end_, after(time)), stop_}; }
  Clock::time_point end() const { return end_; }
  Clock::duration left() const { return std::max(end_ - Clock::now(), Clock::duration::zero()); }
  bool is_over() const { return Clock::now() >= end_; }
  const std::stop_token& stop() const { return stop_; }
  /// Throws Cancelled once a stop is requested.
  void check() const;
  /// Waits for `time`, or until the end. Says whether there is time left. Throws Cancelled once a stop is
  /// requested.
  bool pause(Clock::duration time) const;

 private:
  static Clock::time_point after(Clock::duration time) {
    const auto now = Clock::now();
    return time < Clock::time_point::max() - now ? now + time : Clock::time_point::max();
  }

  Clock::time_point end_;
  std::stop_token stop_;
};

}  // namespace harness
