#pragma once

#include <stop_token>
#include <thread>

namespace harness {

/// Turns SIGINT, SIGTERM and SIGHUP into a stop request; the second of them ends the process at once with 130
/// (children die with it, and the next command finds what was left). Made on the main thread before any other
/// thread.
class Interrupt {
 public:
  explicit Interrupt(std::stop_source stop);
  ~Interrupt();

 private:
  std::jthread thread_;
};

}  // namespace harness
