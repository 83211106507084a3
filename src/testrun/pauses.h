#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/changes.h"
#include "base/keys.h"
#include "base/terminal.h"

namespace harness::testrun {

/// Waits for what resumes a step that pauses: a file of its name in a folder (`testrun resume` writes it),
/// the key r on a terminal, or its timeout.
class Pauses {
 public:
  /// `resume` gets the step's name, on a thread of its own; it says whether the step still paused.
  Pauses(std::filesystem::path folder, std::function<bool(const std::string& step)> resume,
         Terminal& terminal);
  ~Pauses();
  Pauses(const Pauses&) = delete;
  Pauses& operator=(const Pauses&) = delete;

  /// The step pauses now, for at most that long. Thread-safe.
  void begin(const std::string& step, std::optional<std::chrono::seconds> at_most);

 private:
  using Clock = std::chrono::steady_clock;
  void watch(std::stop_token stop);
  void take_changes();
  void end(const std::string& step, const std::string& why);
  int milliseconds_left() const;
  std::vector<std::string> due(bool all) const;

  const std::filesystem::path folder_;
  const std::function<bool(const std::string&)> resume_;
  Terminal& terminal_;
  Changes changes_;
  Keys keys_;
  Signal wake_;
  mutable std::mutex mutex_;
  std::map<std::string, Clock::time_point> paused_;  ///< until when
  std::jthread thread_;
};

}  // namespace harness::testrun
