#include "base/threads.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"

namespace harness {

std::jthread background(std::function<void(std::stop_token)> work,
                        std::function<void(const std::exception&)> on_failure) {
  return std::jthread([work = std::move(work), on_failure = std::move(on_failure)](std::stop_token stop) {
    try {
      work(std::move(stop));
    } catch (const Cancelled&) {
    } catch (const std::exception& e) {
      on_failure(e);
    }
  });
}

void run_on_threads(size_t count, const std::function<void()>& work) {
  std::mutex mutex;
  std::exception_ptr failure;
  const auto guarded = [&] {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (size_t i = 1; i < count; ++i) others.emplace_back(guarded);
    } catch (const std::system_error&) {  // those that have begun do it all
    }
    if (count > 0) guarded();
  }
  if (failure) std::rethrow_exception(failure);
}

void side_by_side(size_t items, size_t count, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next = 0;
  run_on_threads(std::min(items, count), [&] {
    try {
      for (size_t at; (at = next++) < items;) work(at);
    } catch (...) {
      next = items;
      throw;
    }
  });
}

}  // namespace harness
