#include "base/pause.h"

#include <condition_variable>
#include <mutex>

namespace harness {

bool pause_for(std::chrono::milliseconds time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
  return stop.stop_requested();
}

}  // namespace harness
