#include "deploy/render/hooks.h"

#include <gmock/gmock.h>

namespace harness {
namespace {

using testing::ElementsAre;

std::string job(const std::string& name, const std::string& annotations, const std::string& kind = "Job") {
  return "---\napiVersion: batch/v1\nkind: " + kind + "\nmetadata: {name: " + name + ", annotations: {" +
         annotations + "}}\n";
}

std::vector<Object> chart(const std::string& text) { return read_manifest({"out.yaml", text, "helm chart"}); }

std::vector<std::string> names(const std::vector<Object>& objects) {
  std::vector<std::string> all;
  for (const auto& object : objects) all.push_back(object.name);
  return all;
}

TEST(HooksTest, AreThoseOfACharts) {
  const auto text = job("a",
                        "helm.sh/hook: 'post-install,  pre-upgrade', helm.sh/hook-weight: '3', "
                        "helm.sh/hook-delete-policy: hook-succeeded");
  const auto hook = hook_of(chart(text)[0]);
  ASSERT_TRUE(hook);
  EXPECT_THAT(hook->events, ElementsAre("post-install", "pre-upgrade"));
  EXPECT_EQ(hook->weight, 3);
  EXPECT_THAT(hook->policies, ElementsAre("hook-succeeded"));
  EXPECT_FALSE(hook_of(read_manifest({"m.yaml", text})[0])) << "a manifest is applied as kubectl does it";
  EXPECT_FALSE(hook_of(read_manifest({"m.yaml", text, "kustomize over"})[0]));
  EXPECT_FALSE(hook_of(chart(job("a", "helm.sh/hook: crd-install"))[0]));
  EXPECT_FALSE(hook_of(chart(job("a", ""))[0]));
}

TEST(HooksTest, RunByWeightThenKindThenName) {
  const auto objects = chart(job("b", "helm.sh/hook: pre-install") + job("a", "helm.sh/hook: pre-install") +
                             job("first", "helm.sh/hook: pre-install, helm.sh/hook-weight: '-10'") +
                             job("last", "helm.sh/hook: pre-install, helm.sh/hook-weight: '2'") +
                             job("other", "helm.sh/hook: post-install") + job("none", "") +
                             "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: z, annotations: "
                             "{helm.sh/hook: pre-install}}\n");
  EXPECT_THAT(names(hooks_at("pre-install", objects)), ElementsAre("first", "z", "a", "b", "last"));
  EXPECT_THAT(names(without_hooks(objects)), ElementsAre("none"));
}

TEST(HooksTest, TestsAndWhatDoesNotRunAreTakenOutAndSaid) {
  auto objects = chart(job("t", "helm.sh/hook: test") + job("old", "helm.sh/hook: test-success") +
                       job("d", "helm.sh/hook: 'pre-delete,post-rollback'") +
                       job("both", "helm.sh/hook: 'pre-delete,pre-install'") + job("none", ""));
  EXPECT_THAT(names(chart_tests(objects)), ElementsAre("old", "t"));
  auto tested = objects;
  EXPECT_THAT(take_hooks_out(tested, true), testing::SizeIs(1)) << "tests that run are not left out";
  EXPECT_THAT(
      take_hooks_out(objects, false),
      ElementsAre(
          "note:  helm chart: Job default/t is a test of the chart and is left out",
          "note:  helm chart: Job default/old is a test of the chart and is left out",
          "warning: helm chart: Job default/d is a hook that does not run here (post-rollback, pre-delete)"));
  EXPECT_THAT(names(objects), ElementsAre("both", "none"));
}

}  // namespace
}  // namespace harness
