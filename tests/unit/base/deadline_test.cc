#include "base/deadline.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"

namespace harness {
namespace {

using namespace std::chrono_literals;

TEST(DeadlineTest, PausesUntilItIsOver) {
  const Deadline deadline(50ms, {});
  EXPECT_TRUE(deadline.pause(1ms));
  EXPECT_FALSE(deadline.pause(1h));
  EXPECT_TRUE(deadline.is_over());
  EXPECT_EQ(deadline.left(), 0s);
  EXPECT_FALSE(deadline.pause(1h)) << "at once";
}

TEST(DeadlineTest, AStopEndsEachPause) {
  std::stop_source stop;
  const Deadline deadline(1h, stop.get_token());
  EXPECT_NO_THROW(deadline.check());
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_THROW(deadline.pause(1h), Cancelled);
  EXPECT_THROW(deadline.check(), Cancelled);
}

TEST(DeadlineTest, APartOfItIsNoLongerThanTheWhole) {
  const Deadline deadline(1h, {});
  EXPECT_LE(deadline.within(1s).left(), 1s);
  EXPECT_LE(deadline.within(2h).end(), deadline.end());
  EXPECT_EQ(deadline.within(Deadline::Clock::duration::max()).end(), deadline.end());
  EXPECT_GT(Deadline(Deadline::Clock::duration::max(), {}).left(), 1h);
}

}  // namespace
}  // namespace harness
