// A new cluster's node takes pods some seconds after its API answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "driver/with_cluster.h"
#include "support/processes.h"

namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class DriverNodesTest : public DriverWithClusterTest {
 protected:
  DriverNodesTest() {
    tell(Json::array({{{"key", "node.kubernetes.io/not-ready"}, {"effect", "NoSchedule"}}}));
  }
  bool is_there(const std::string& deployment) const {
    const auto all = cluster_.objects("deployments");
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& one) { return one.first.ends_with("/" + deployment); });
  }
  void tell(const Json& taints) {
    auto node = cluster_.objects("nodes").begin()->second;
    node["spec"]["taints"] = taints;
    cluster_.apply("/api/v1/nodes/node", node);
  }
};

TEST_F(DriverNodesTest, WhatIsDeployedIsAppliedMeanwhile) {
  std::jthread kubelet([this] {
    EXPECT_TRUE(eventually([this] { return is_there("one") && is_there("two") && is_there("gateway"); }));
    tell(Json::array());
  });
  const auto end = expect_success({"-run=TestOne"});
  EXPECT_THAT(end.err, Not(HasSubstr("stuck")));
}

TEST_F(DriverNodesTest, WhatGivesUpByItselfIsNot) {
  auto manifest = tree_.read("manifests/two.yaml");
  tree_.write("manifests/two.yaml",
              manifest.replace(manifest.find("spec:"), 5, "spec:\n  progressDeadlineSeconds: 2"));
  std::jthread kubelet([this] {
    EXPECT_TRUE(eventually([this] { return is_there("one") && is_there("gateway"); }));
    EXPECT_FALSE(is_there("two"));
    tell(Json::array());
  });
  expect_success({"-run=TestOne"});
  EXPECT_TRUE(is_there("two"));
}

}  // namespace
