#pragma once

#include <chrono>
#include <string>

namespace test {

/// Says what the test does from here on, in its output, and how long it took when the next step begins or the
/// test ends: {"step", "begin" (seconds since 1970), "seconds"} is then a line of
/// $HARNESS_ARTIFACTS/steps.jsonl. A test that takes too long gets SIGTERM from the harness, and says then
/// which step it was in and what it waited for.
void step(const std::string& what);

/// Notes what a wait saw last, for that message.
void note_seen(const std::string& seen);

/// A deadline times $HARNESS_TIMEOUT_SCALE (1): slow machines need more time, whoever wrote the test.
std::chrono::milliseconds scaled(std::chrono::milliseconds time);

}  // namespace test
