#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace ci {

/// Names that are to be worked on, each by one worker at a time; one that failed comes back later, and later
/// each time (0.5 s, 1 s, ... 30 s). A name that is added while it waits or is worked on comes once more.
/// Thread-safe.
class RetryQueue {
 public:
  void add(const std::string& name);
  /// Waits for a name that is due; nothing once a stop is requested. To be followed by `done` or `failed`.
  std::optional<std::string> take(std::stop_token stop);
  void done(const std::string& name);
  void failed(const std::string& name);
  size_t size() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    Clock::time_point due;
    Clock::duration pause =
        std::chrono::milliseconds(500);  ///< before the next attempt, should this one fail
    bool taken = false, again = false;
  };
  void announce();  ///< with the mutex held

  mutable std::mutex mutex_;
  unsigned long changes_ = 0;
  std::condition_variable_any changed_;
  std::map<std::string, Entry> entries_;
};

}  // namespace ci
