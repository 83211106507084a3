// deploy/arrivals.cc: who may still bring what a component waits for.
#include "deploy/arrivals.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(ArrivalsTest, AnotherThatIsStillDeployedMayBringIt) {
  Arrivals arrivals({{"a", {}}, {"b", {}}});
  arrivals.set_blocked("a", true);
  EXPECT_TRUE(arrivals.may_come());
  arrivals.end("b");
  EXPECT_FALSE(arrivals.may_come());
}

TEST(ArrivalsTest, WhatComesAfterItBringsNothing) {
  Arrivals arrivals({{"a", {}}, {"b", {"a"}}, {"c", {"b"}}});
  arrivals.set_blocked("a", true);
  EXPECT_FALSE(arrivals.may_come());
  arrivals.set_blocked("a", false);
  EXPECT_TRUE(arrivals.may_come()) << "it goes on";
}

TEST(ArrivalsTest, WhatIsBlockedItselfBringsNothing) {
  Arrivals arrivals({{"a", {}}, {"b", {}}, {"c", {"b"}}, {"d", {}}});
  arrivals.set_blocked("a", true);
  arrivals.set_blocked("b", true);
  EXPECT_TRUE(arrivals.may_come()) << "d";
  arrivals.end("d");
  EXPECT_FALSE(arrivals.may_come());
}

}  // namespace
}  // namespace harness
