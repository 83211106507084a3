#pragma once

#include <chrono>
#include <stop_token>

namespace harness {

/// Waits for `time`, or until `stop` is requested; says whether it was.
bool pause_for(std::chrono::milliseconds time, std::stop_token stop);

}  // namespace harness
