#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "base/error.h"

namespace harness {

/// What threads wait at until it is opened, once and for all.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    opened_.notify_all();
  }
  /// Throws Cancelled when `stop` is requested before it is open.
  void pass(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (!opened_.wait(lock, std::move(stop), [this] { return is_open_; })) throw Cancelled();
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any opened_;
  bool is_open_ = false;
};

}  // namespace harness
