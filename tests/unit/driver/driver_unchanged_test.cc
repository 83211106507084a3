// What a run with nothing to do leaves alone, and what it puts right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "driver/with_cluster.h"

namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class DriverUnchangedTest : public DriverWithClusterTest {
 protected:
  DriverUnchangedTest() { run_it(); }
  std::string run_it() { return expect_success({"-run=TestOne"}).err; }
};

TEST_F(DriverUnchangedTest, NothingIsAppliedWhereNothingHasChanged) {
  const auto applied = cluster_.patches();
  EXPECT_GT(applied, 0);
  EXPECT_THAT(run_it(), HasSubstr("3 of 3 components"));
  EXPECT_EQ(cluster_.patches(), applied);
}

TEST_F(DriverUnchangedTest, WhatSomebodyChangedIsPutRight) {
  for (const auto& [path, was] : cluster_.objects("configmaps")) {
    auto changed = was;
    changed["data"] = {{"key", "somebody's"}};
    cluster_.apply(path, changed);
  }
  run_it();
  for (const auto& [path, config] : cluster_.objects("configmaps"))
    EXPECT_NE(config["data"].value("key", ""), "somebody's") << path;
}

TEST_F(DriverUnchangedTest, ARunOfAPartSaysWhatElseHasChanged) {
  tree_.write("src/app/a.c", "x1\n");
  const auto end = run({"-build=tool"});
  EXPECT_EQ(end.code, 5);
  EXPECT_THAT(end.err, HasSubstr("image app: its sources have changed since it was deployed\n"));
  EXPECT_THAT(expect_success({"-no-setup", "-run=TestOne"}).err,
              HasSubstr("image app: its sources have changed"));
  run_it();
  EXPECT_EQ(run({"-build=tool"}).code, 0);
}

TEST_F(DriverUnchangedTest, WhatSomebodyDeletedIsPutBack) {
  const auto before = cluster_.objects("configmaps");
  ASSERT_FALSE(before.empty());
  for (const auto& [path, config] : before) cluster_.remove(path);
  run_it();
  EXPECT_EQ(cluster_.objects("configmaps").size(), before.size());
}

}  // namespace
