#include "cluster/objects.h"

#include <gtest/gtest.h>

#include "cluster/workload_kinds.h"

namespace harness {
namespace {

using Json = nlohmann::json;

TEST(ObjectsTest, AFieldOfAnotherTypeIsEmpty) {
  const Json odd = Json::parse(R"({"a": 1, "b": {"c": null}, "d": "x", "e": true, "f": [1]})");
  EXPECT_EQ(text_at(odd, "/a"), "");
  EXPECT_EQ(text_at(odd, "/a/b"), "");
  EXPECT_EQ(text_at(odd, "/b/c/d"), "");
  EXPECT_EQ(number_at(odd, "/d", 7), 7);
  EXPECT_FALSE(flag_at(odd, "/a"));
  EXPECT_TRUE(list_at(odd, "/d").empty());
  EXPECT_TRUE(json_at(odd, "/f/3").is_null());
  EXPECT_TRUE(json_at(Json(), "/x").is_null());
  EXPECT_EQ(name_of(Json::array()), "");
}

TEST(ObjectsTest, TheVersionIsNoPartOfTheIdentity) {
  const auto of = [](const char* version, const char* kind) {
    return identity_of(
        {{"apiVersion", version}, {"kind", kind}, {"metadata", {{"name", "x"}, {"namespace", "n"}}}});
  };
  EXPECT_EQ(of("autoscaling/v1", "HorizontalPodAutoscaler"), of("autoscaling/v2", "HorizontalPodAutoscaler"));
  EXPECT_EQ(of("v1", "Pod").type, (GroupKind{"", "Pod"}));
  EXPECT_NE(of("batch/v1", "Job"), of("batch.volcano.sh/v1alpha1", "Job"));
  EXPECT_NE(of("v1", "Event"), of("events.k8s.io/v1", "Event"));
  EXPECT_EQ(of("batch/v1", "Job").title(), "Job n/x");
  EXPECT_EQ(of("networking.k8s.io/v1", "Ingress").title(), "Ingress n/x");
  EXPECT_EQ(of("batch.volcano.sh/v1alpha1", "Job").title(), "Job.batch.volcano.sh n/x");
}

TEST(ObjectsTest, OnlyKubernetesOwnKindsAreWorkloads) {
  EXPECT_NE(workload_kind(type_of("batch/v1", "Job")), nullptr);
  EXPECT_NE(workload_kind(type_of("v1", "ReplicationController")), nullptr);
  for (const char* group : {"batch.volcano.sh/v1alpha1", "example.com/v1", "apps/v1", "v1"})
    EXPECT_EQ(workload_kind(type_of(group, "Job")), nullptr) << group;
  EXPECT_EQ(workload_kind(type_of("apps.kruise.io/v1alpha1", "StatefulSet")), nullptr);
  EXPECT_EQ(workload_kind(type_of("serving.knative.dev/v1", "Service")), nullptr);
  EXPECT_EQ(workload_kind({"batch", "CronJob"})->collection("n"), "/apis/batch/v1/namespaces/n/cronjobs");
  EXPECT_EQ(workload_kind({"", "Pod"})->collection("n"), "/api/v1/namespaces/n/pods");
}

TEST(ObjectsTest, ConditionsOfOddObjects) {
  EXPECT_FALSE(has_condition(Json::object(), "Ready"));
  EXPECT_FALSE(has_condition({{"status", {{"conditions", nullptr}}}}, "Ready"));
  EXPECT_FALSE(
      has_condition({{"status", {{"conditions", {{{"type", "Ready"}, {"status", "Unknown"}}}}}}}, "Ready"));
  EXPECT_TRUE(
      has_condition({{"status", {{"conditions", {1, {{"type", "Ready"}, {"status", "True"}}}}}}}, "Ready"));
}

TEST(ObjectsTest, TheControllerIsNotJustAnyOwner) {
  const Json pod = {
      {"metadata",
       {{"ownerReferences",
         {{{"kind", "Node"}, {"uid", "1"}}, {{"kind", "ReplicaSet"}, {"uid", "2"}, {"controller", true}}}}}}};
  EXPECT_EQ(text_at(controller_of(pod), "/uid"), "2");
  EXPECT_TRUE(controller_of({{"metadata", {{"ownerReferences", {{{"kind", "Node"}}}}}}}).is_null());
}

TEST(ObjectsTest, FieldsThatTheHarnessApplied) {
  const auto entry = [](const char* manager, const char* how, const Json& spec) {
    return Json{{"manager", manager}, {"operation", how}, {"fieldsV1", {{"f:spec", spec}}}};
  };
  Json job = {{"metadata",
               {{"managedFields",
                 {entry("kueue", "Update", {{"f:suspend", Json::object()}}),
                  entry("harness", "Apply", {{"f:template", Json::object()}})}}}}};
  EXPECT_FALSE(is_applied_here(job, "/spec/suspend"));
  EXPECT_TRUE(is_applied_here(job, "/spec/template"));
  job["metadata"]["managedFields"].push_back(entry("harness", "Update", {{"f:suspend", Json::object()}}));
  EXPECT_FALSE(is_applied_here(job, "/spec/suspend"));
}

}  // namespace
}  // namespace harness
