#pragma once

#include <chrono>
#include <string>

namespace harness {

/// A piece of a run's time: a phase, an image, a rollout, a test.
struct Span {
  using Time = std::chrono::system_clock::time_point;
  std::string kind;  ///< "phase", "image", "deploy", "test": what Terminal::start got
  std::string name;
  Time begin, end;
};

}  // namespace harness
