#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "testrun/clock.h"
#include "testrun/flow_run.h"

namespace harness::testrun {

/// A run as a whole, at a moment.
struct RunState {
  std::string id;
  Phase phase = Phase::init;
  std::string message = {};  ///< what ended it: "setup: exit code 1"
  Time begin = std::chrono::system_clock::now();
  std::optional<Time> end = {};
  std::vector<NodeState> testflow = {}, on_exit = {};  ///< a state for each node of the plan
};

/// status.json: the Test Machinery's TestrunStatus (`phase startTime completionTime duration steps`), and
/// `name message ttlSecondsAfterFinished`.
nlohmann::ordered_json status_json(const RunState& state, const Plan& plan, const Testrun& run);

/// Keeps a file up to date on a thread of its own: soon after each change, but never for more than a
/// twentieth of the time. It is there when the constructor returns: what a killed run leaves is found by it.
/// Where it cannot be written (a full disk), `warn` is told once, and the next change
/// is another try.
class StatusFile {
 public:
  StatusFile(std::filesystem::path file, std::function<nlohmann::ordered_json()> content,
             std::function<void(const std::string&)> warn);
  ~StatusFile();  ///< writes what is new
  void changed();

 private:
  void write();
  void keep(std::stop_token stop);

  const std::filesystem::path file_;
  const std::function<nlohmann::ordered_json()> content_;
  const std::function<void(const std::string&)> warn_;
  bool is_stale_ = false;  ///< of the thread, and of the destructor after it
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool changed_ = false;
  std::jthread thread_;
};

}  // namespace harness::testrun
