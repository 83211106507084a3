#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <stop_token>
#include <thread>

namespace harness {

/// A thread that cannot end the process: what `work` throws goes to `on_failure`, on that thread, unless it
/// is Cancelled. The destructor requests a stop and waits. No other threads are begun in this program
/// (tests/unit/base/threads_test.cc looks), but for those of std::async, which keep what they throw.
std::jthread background(std::function<void(std::stop_token)> work,
                        std::function<void(const std::exception&)> on_failure);

/// Runs `work` on `count` threads, the caller's among them, and returns once all have ended; on fewer where
/// the system gives no more. Throws what one of them threw first: each is to end by itself then.
void run_on_threads(size_t count, const std::function<void()>& work);

/// Calls `work` with each of 0..items-1, on `count` threads at most, and returns once all calls have ended.
/// After one that throws none begins; throws what it threw.
void side_by_side(size_t items, size_t count, const std::function<void(size_t)>& work);

}  // namespace harness
