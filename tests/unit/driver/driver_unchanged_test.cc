// What a run with nothing to do leaves alone, and what it puts right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "driver/driver.h"
#include "driver/fake_cluster.h"
#include "driver/sample_tree.h"
#include "image/memory_registry.h"

namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class DriverUnchangedTest : public DriverTest {
 protected:
  DriverUnchangedTest() {
    env_["FAKE_API"] = (folder_ / "api").string();
    registry_.store_manifest("harness-gateway", "0123456789abcdef0123456789abcdef", R"({"layers": []})");
    run_it();
  }
  std::string run_it() {
    const auto end = run({"-run=TestOne"});
    EXPECT_EQ(end.code, 0) << end.out << end.err;
    return end.err;
  }

  const TempProject folder_;
  MemoryRegistry registry_;
  const SampleTree tree_{project_, registry_.host()};
  FakeCluster cluster_{(folder_ / "api").string()};
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
  for (const auto& [path, config] : cluster_.objects("configmaps")) EXPECT_NE(config["data"].value("key", ""), "somebody's") << path;
}

TEST_F(DriverUnchangedTest, WhatSomebodyDeletedIsPutBack) {
  const auto before = cluster_.objects("configmaps");
  ASSERT_FALSE(before.empty());
  for (const auto& [path, config] : before) cluster_.remove(path);
  run_it();
  EXPECT_EQ(cluster_.objects("configmaps").size(), before.size());
}

}  // namespace
