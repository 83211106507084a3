#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

namespace test {

/// Calls `holds` until it is true. `holds` writes what it saw into its argument; after `deadline` that is in
/// the exception:
///   eventually(10s, [&](std::string& seen) { seen = status(); return seen == "ready"; });
inline void eventually(std::chrono::milliseconds deadline,
                       const std::function<bool(std::string& seen)>& holds) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  for (std::string seen; !holds(seen); std::this_thread::sleep_for(std::chrono::milliseconds(20)))
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error("not within " + std::to_string(deadline.count()) + " ms; last seen: " + seen);
}

}  // namespace test
