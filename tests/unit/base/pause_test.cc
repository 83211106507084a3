#include "base/pause.h"

#include <gtest/gtest.h>

#include <thread>

namespace harness {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

TEST(PauseTest, LastsItsTime) {
  const auto begin = Clock::now();
  EXPECT_FALSE(pause_for(milliseconds(30), {}));
  EXPECT_GE(Clock::now() - begin, milliseconds(30));
}

TEST(PauseTest, GivesWayToAStop) {
  std::stop_source stop;
  const std::jthread later([&] { stop.request_stop(); });
  EXPECT_TRUE(pause_for(std::chrono::hours(1), stop.get_token()));
  EXPECT_TRUE(pause_for(std::chrono::hours(1), stop.get_token())) << "requested before";
}

}  // namespace
}  // namespace harness
