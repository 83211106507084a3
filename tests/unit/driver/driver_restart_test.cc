// harness restart: new pods for some components.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "driver/with_cluster.h"

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

class DriverRestartTest : public DriverWithClusterTest {
 protected:
  DriverRestartTest() { expect_success({"-run=TestOne"}); }
  /// By the component's name.
  std::map<std::string, std::string> uids() const {
    std::map<std::string, std::string> all;
    for (const auto& [path, pod] : cluster_.objects("pods"))
      all[pod["metadata"]["labels"]["app"]] = pod["metadata"]["uid"];
    return all;
  }
};

TEST_F(DriverRestartTest, ItsPodsAreOthersAndThoseOfOthersStay) {
  auto before = uids();
  EXPECT_THAT(expect_success({"restart", "three"}).err, HasSubstr("restarted"));
  auto after = uids();
  EXPECT_NE(after.at("three"), before.at("three"));
  before.erase("three");
  after.erase("three");
  EXPECT_EQ(after, before);
  EXPECT_THAT(expect_success({"-run=TestOne"}).err, HasSubstr("3 of 3 components")) << "nothing was changed";
}

TEST_F(DriverRestartTest, Several) {
  const auto before = uids();
  expect_success({"restart", "three", "one"});
  const auto after = uids();
  EXPECT_TRUE(after.at("one") != before.at("one") && after.at("three") != before.at("three"));
  EXPECT_EQ(after.at("two"), before.at("two"));
}

TEST_F(DriverRestartTest, WhatChangedIsDeployedAndOthersMayBeOfAnOlderTree) {
  tree_.write("manifests/three.yaml", tree_.read("manifests/three.yaml") +
                                          "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n");
  tree_.write("manifests/two.yaml", tree_.read("manifests/two.yaml") +
                                        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n");
  expect_success({"restart", "three"});
  const auto configs = cluster_.objects("configmaps");
  EXPECT_TRUE(configs.contains("/api/v1/namespaces/default/configmaps/more"));
  EXPECT_FALSE(configs.contains("/api/v1/namespaces/default/configmaps/other"));
}

TEST_F(DriverRestartTest, AComponentWithWhatLiesInNoNamespace) {
  tree_.write("manifests/three.yaml",
              tree_.read("manifests/three.yaml") +
                  "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"
                  "metadata: {name: none}\nwebhooks: []\n");
  expect_success({"-run=TestOne"});
  const auto before = uids().at("three");
  expect_success({"restart", "three"});
  EXPECT_NE(uids().at("three"), before);
}

TEST_F(DriverRestartTest, WhatCannotBeRestarted) {
  const auto unknown = run({"restart", "thre"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("no component \"thre\" in components.yaml (did you mean "
                                           "\"three\"?)\n"),
                                 HasSubstr("hint: components: one, two, three")));
  EXPECT_EQ(run({"restart"}).code, 2);
  EXPECT_THAT(run({"restart"}).err, HasSubstr("COMPONENT is missing"));
  EXPECT_EQ(run({"restart", "one", "-all"}).code, 2);
  EXPECT_THAT(run({"restart", "three", "-dry-run"}).out,
              AllOf(HasSubstr("restart   three after one\n"), Not(HasSubstr("deploy "))));
}

class DriverNoClusterTest : public DriverTest {};

TEST_F(DriverNoClusterTest, ThereIsNothingToRestart) {
  write_project("components:\n  web: {manifest: web.yaml}\n");
  project_.write("web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n");
  const auto end = run({"restart", "web"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("there is no cluster harness-default-"));
}

}  // namespace
