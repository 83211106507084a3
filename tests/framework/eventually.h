#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "framework/step.h"

namespace test {

/// Calls `holds` until it is true. `holds` writes what it saw into its argument; after `deadline` (`scaled`)
/// that is in the exception:
///   eventually(10s, [&](std::string& seen) { seen = status(); return seen == "ready"; });
inline void eventually(std::chrono::milliseconds deadline,
                       const std::function<bool(std::string& seen)>& holds) {
  const auto end = std::chrono::steady_clock::now() + scaled(deadline);
  for (std::string seen; !holds(seen); std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
    note_seen(seen);
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error("not within " + std::to_string(scaled(deadline).count()) +
                               " ms; last seen: " + seen);
  }
}

/// Calls `holds` for `duration`; throws as soon as it is false, with what it saw.
inline void consistently(std::chrono::milliseconds duration,
                         const std::function<bool(std::string& seen)>& holds) {
  const auto begin = std::chrono::steady_clock::now();
  for (std::string seen; std::chrono::steady_clock::now() < begin + duration;
       std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
    if (holds(seen)) continue;
    const auto after =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    throw std::runtime_error("no longer so after " + std::to_string(after.count()) + " ms; seen: " + seen);
  }
}

}  // namespace test
