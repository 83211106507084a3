// A new cluster's node takes pods some seconds after its API answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "driver/with_cluster.h"
#include "support/processes.h"

namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class DriverNodesTest : public DriverWithClusterTest {
 protected:
  DriverNodesTest() { tell(Json::array({{{"key", "node.kubernetes.io/not-ready"}, {"effect", "NoSchedule"}}})); }
  void tell(const Json& taints) {
    auto node = cluster_.objects("nodes").begin()->second;
    node["spec"]["taints"] = taints;
    cluster_.apply("/api/v1/nodes/node", node);
  }
};

TEST_F(DriverNodesTest, WhatIsDeployedIsAppliedMeanwhile) {
  std::jthread kubelet([this] {
    EXPECT_TRUE(eventually([this] { return cluster_.objects("deployments").size() == 3; }));  // the gateway as well; the third component waits for the first
    tell(Json::array());
  });
  const auto end = expect_success({"-run=TestOne"});
  EXPECT_THAT(end.err, Not(HasSubstr("stuck")));
}

}  // namespace
