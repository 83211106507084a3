// -shard and merge: each test once, on several machines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "driver/driver.h"

namespace {

using testing::AllOf;
using testing::HasSubstr;

class DriverShardTest : public DriverTest {
 protected:
  DriverShardTest() {
    std::string tests;
    for (int i = 0; i < 7; ++i)
      tests += "- {name: Test" + std::to_string(i) + ", command: 'echo " + std::to_string(i) +
               " >> ran; test ! -e fail" + std::to_string(i) + "'}\n";
    write_project("tests:\n" + tests);
    write_instance();
  }
  DriverEnd shard(const std::string& which, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"-no-setup", "-all", "-shard=" + which, "-artifacts=out-" + which.substr(0, 1)});
    return run(more);
  }
};

TEST_F(DriverShardTest, AllShardsTogetherAreTheRun) {
  for (const char* which : {"1/3", "2/3", "3/3"}) {
    const auto end = shard(which);
    EXPECT_EQ(end.code, 0) << end.err;
    EXPECT_THAT(end.err, HasSubstr(" of 7 tests\n"));
  }
  const auto ran = file("ran");
  EXPECT_EQ(std::multiset<char>(ran.begin(), ran.end()).count('\n'), 7u);
  EXPECT_EQ(std::set<char>(ran.begin(), ran.end()).size(), 8u) << ran;
  const auto end = run({"merge", "out-1", "out-2", "out-3", "-o", "last"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(end.out, "7 passed, 0 failed\n");
  EXPECT_THAT(file("last/junit_01.xml"), HasSubstr("Test6"));
  EXPECT_THAT(shard("1/2", {"-timings=last/results.json"}).err, HasSubstr("shard 1 of 2: "));
}

TEST_F(DriverShardTest, AFailureInOneFailsTheWhole) {
  project_.write("fail3", "");
  for (const char* which : {"1/2", "2/2"}) shard(which);
  const auto end = run({"merge", "out-1", "out-2", "-o", "last"});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, AllOf(HasSubstr("FAIL Test3: "), HasSubstr("6 passed, 1 failed\n")));
  EXPECT_EQ(run({"merge", "out-1", "-o", "last"}).code, 1) << "a shard is missing";
}

TEST_F(DriverShardTest, MoreShardsThanTests) {
  const auto end = shard("9/9");
  EXPECT_EQ(end.code, 0);
  EXPECT_THAT(end.err, HasSubstr("shard 9 of 9: 0 of 7 tests\n"));
  EXPECT_EQ(file("ran"), "");
}

TEST_F(DriverShardTest, WhatIsNoShard) {
  for (const char* flag :
       {"-shard=0/3", "-shard=4/3", "-shard=x", "-shard=1/0", "-shard=-1/3", "-shard=1/99999"})
    EXPECT_EQ(run({"-no-setup", "-all", flag}).code, 2) << flag;
  EXPECT_THAT(shard("1/2", {"-timings=none.json"}).err,
              HasSubstr("none.json is missing, so each test counts the same"));
  project_.write("broken.json", "{");
  EXPECT_EQ(shard("1/2", {"-timings=broken.json"}).code, 2);
  EXPECT_EQ(run({"-no-setup", "-all", "-timings=x.json"}).code, 2);
  EXPECT_EQ(run({"merge", "-o", "x"}).code, 2);
  EXPECT_EQ(run({"merge", "out-1"}).code, 2);
}

}  // namespace
