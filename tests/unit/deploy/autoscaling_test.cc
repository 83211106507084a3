#include "deploy/autoscaling.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

using Json = nlohmann::json;

/// The replicas of a Deployment that says `replicas`, beside `others`; null if it leaves them out.
Json settled(const std::string& replicas, const std::string& others = "") {
  auto objects =
      read_manifest({"x.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {" +
                                   replicas + "}\n" + others});
  const auto targets = autoscaled(objects);
  settle_replicas(objects[0], targets);
  return json_at(objects[0].body, "/spec/replicas");
}
std::string scaler(const std::string& version, const std::string& kind, const std::string& target,
                   const std::string& name_space = "default") {
  return "---\napiVersion: " + version + "\nkind: " + kind +
         "\nmetadata: {name: x, namespace: " + name_space + "}\nspec: {scaleTargetRef: {" + target + "}}\n";
}
constexpr const char* kWeb = "apiVersion: apps/v1, kind: Deployment, name: web";

TEST(AutoscalingTest, ReplicasAreWrittenDown) {
  EXPECT_EQ(settled(""), 1);
  EXPECT_EQ(settled("replicas: ~"), 1);
  EXPECT_EQ(settled("replicas: 0"), 0);
  EXPECT_EQ(settled("replicas: 3"), 3);
}

TEST(AutoscalingTest, UnlessAnAutoscalerSetsThem) {
  for (const char* version : {"autoscaling/v1", "autoscaling/v2"}) {
    EXPECT_TRUE(settled("replicas: 3", scaler(version, "HorizontalPodAutoscaler", kWeb)).is_null());
    EXPECT_TRUE(settled("", scaler(version, "HorizontalPodAutoscaler", kWeb)).is_null());
  }
  EXPECT_TRUE(settled("replicas: 3", scaler("keda.sh/v1alpha1", "ScaledObject", "name: web")).is_null());
}

TEST(AutoscalingTest, OfAnother) {
  EXPECT_EQ(settled("replicas: 3", scaler("autoscaling/v2", "HorizontalPodAutoscaler",
                                          "apiVersion: apps/v1, kind: StatefulSet, name: web")),
            3);
  EXPECT_EQ(settled("replicas: 3", scaler("autoscaling/v2", "HorizontalPodAutoscaler", kWeb, "other")), 3);
  EXPECT_EQ(settled("replicas: 3", scaler("example.com/v1", "HorizontalPodAutoscaler", kWeb)), 3);
}

TEST(AutoscalingTest, OnlyWhatHasReplicas) {
  Object daemons{"apps/v1", "DaemonSet", "d", "default", {{"spec", Json::object()}}},
      broken{"apps/v1", "Deployment", "d", "default", {{"spec", "x"}}};
  settle_replicas(daemons, {});
  settle_replicas(broken, {});
  EXPECT_EQ(daemons.body, (Json{{"spec", Json::object()}}));
  EXPECT_EQ(broken.body, (Json{{"spec", "x"}}));
}

}  // namespace
}  // namespace harness
