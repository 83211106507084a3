#include "framework/step.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "framework/cleanup.h"

namespace test {

namespace {

using Clock = std::chrono::steady_clock;

/// Read by the signal handler, which must not wait for a lock: a text that is just being written is shown as
/// far as it is.
char current_step[512] = "no step was named", last_seen[2048] = "nothing";
std::mutex mutex;
const auto program_began = Clock::now();

struct Step {
  std::string what;
  Clock::time_point began = Clock::now();
  double begin = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
};
std::optional<Step> open_step;

double since(Clock::time_point time) { return std::chrono::duration<double>(Clock::now() - time).count(); }

void end_step() {
  if (!open_step) return;
  const auto seconds = since(open_step->began);
  std::cout << fmt::format("step: {} took {:.1f}s", open_step->what, seconds) << std::endl;
  if (const char* dir = std::getenv("HARNESS_ARTIFACTS"))
    std::ofstream(std::string(dir) + "/steps.jsonl", std::ios::app)
        << nlohmann::json{{"step", open_step->what}, {"begin", open_step->begin}, {"seconds", seconds}}.dump()
        << "\n";
  open_step.reset();
}

template <size_t size>
void put(char (&buffer)[size], const std::string& text) {
  const std::lock_guard lock(mutex);
  std::memset(buffer, 0, size);
  std::memcpy(buffer, text.data(), std::min(text.size(), size - 1));
}

void say(const char* text) {
  [[maybe_unused]] const auto written = write(2, text, strnlen(text, sizeof last_seen));
}

void on_term(int) {
  say("\nended while it ran. Step: ");
  say(current_step);
  say("\nlast seen: ");
  say(last_seen);
  say("\n");
  signal(SIGTERM, SIG_DFL);
  raise(SIGTERM);
}

const auto installed = signal(SIGTERM, on_term);

}  // namespace

void step(const std::string& what) {
  const bool in_test = testing::UnitTest::GetInstance()->current_test_info();  // else no end will be seen
  if (in_test && !open_step) defer_cleanup(end_step);
  end_step();
  if (in_test) open_step = Step{what};
  std::cout << fmt::format("step: {} (after {:.1f}s)", what, since(program_began)) << std::endl;
  put(current_step, what);
  put(last_seen, "nothing");
}

void note_seen(const std::string& seen) { put(last_seen, seen); }

std::chrono::milliseconds scaled(std::chrono::milliseconds time) {
  static const double scale = [] {
    const char* text = std::getenv("HARNESS_TIMEOUT_SCALE");
    const double value = text ? std::atof(text) : 1;
    return value > 0 ? value : 1;
  }();
  return std::chrono::duration_cast<std::chrono::milliseconds>(time * scale);
}

}  // namespace test
