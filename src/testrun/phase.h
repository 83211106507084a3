#pragma once

#include <string>

namespace harness::testrun {

/// What a run and each of its nodes go through, in the Test Machinery's words.
enum class Phase { init, pending, running, succeeded, failed, error, skipped, timeout };

/// "Succeeded".
const char* word(Phase phase);

/// It ended, and not well.
inline bool is_failure(Phase phase) {
  return phase == Phase::failed || phase == Phase::error || phase == Phase::timeout;
}
inline bool is_over(Phase phase) {
  return phase == Phase::succeeded || phase == Phase::skipped || is_failure(phase);
}

/// How a node ended.
struct Outcome {
  Phase phase = Phase::error;
  std::string reason = {};  ///< "exit code 1"
};

}  // namespace harness::testrun
