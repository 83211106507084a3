// The last look before the first test.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "driver/with_cluster.h"

namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class DriverFreshnessTest : public DriverWithClusterTest {
 protected:
  /// A pod like one of the project's, but of a ReplicaSet that is gone.
  Json left_behind() const {
    for (auto [path, pod] : cluster_.objects("pods")) {
      if (pod["metadata"]["namespace"] != "default") continue;
      pod["metadata"].update({{"name", "left"},
                              {"uid", "left"},
                              {"ownerReferences",
                               {{{"apiVersion", "apps/v1"},
                                 {"kind", "ReplicaSet"},
                                 {"name", "gone"},
                                 {"uid", "gone"},
                                 {"controller", true}}}}});
      return pod;
    }
    ADD_FAILURE() << "there are no pods";
    return {};
  }
  bool says(const std::string& text) const {
    const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (said().find(text) == std::string::npos) {
      if (std::chrono::steady_clock::now() > latest) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return true;
  }
};

TEST_F(DriverFreshnessTest, WhatTheGarbageCollectorIsAboutToDeleteIsWaitedFor) {
  expect_success({"-run=TestOne"});
  cluster_.apply("/api/v1/namespaces/default/pods/left", left_behind());
  start({"-run=TestOne", "-verbose"});
  EXPECT_TRUE(says("pod default/left is of an older revision")) << said();
  cluster_.remove("/api/v1/namespaces/default/pods/left");
  const auto end = wait();
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.err + end.out, HasSubstr("1 passed"));
}

TEST_F(DriverFreshnessTest, WhatStaysEndsTheRunAtOnce) {
  expect_success({"-run=TestOne"});
  auto pod = left_behind();
  pod["metadata"].erase("ownerReferences");
  cluster_.apply("/api/v1/namespaces/default/pods/left", pod);
  const auto end = run({"-run=TestOne"});
  EXPECT_EQ(end.code, 5) << end.err;
  EXPECT_THAT(end.err, HasSubstr("tests would run against something other than what was deployed"));
}

}  // namespace
