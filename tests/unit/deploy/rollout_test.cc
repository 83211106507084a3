#include "deploy/rollout.h"

#include <gtest/gtest.h>

using namespace harness;
using Json = nlohmann::json;

namespace {

Json deployment(int generation, int observed, int replicas, int updated, int available) {
  return {{"metadata", {{"generation", generation}}},
          {"spec", {{"replicas", 2}}},
          {"status",
           {{"observedGeneration", observed},
            {"replicas", replicas},
            {"updatedReplicas", updated},
            {"availableReplicas", available}}}};
}

TEST(RolloutTest, DeploymentIsCompleteOnlyWhenEveryStepIs) {
  EXPECT_FALSE(rollout_of({"apps", "Deployment"}, deployment(2, 1, 2, 2, 2)).complete)
      << "the controller has not seen the change";
  EXPECT_EQ(rollout_of({"apps", "Deployment"}, deployment(2, 2, 2, 1, 2)).message, "1 of 2 pods are updated");
  EXPECT_EQ(rollout_of({"apps", "Deployment"}, deployment(2, 2, 3, 2, 2)).message,
            "1 of 3 pods are old ones that still have to end");
  EXPECT_EQ(rollout_of({"apps", "Deployment"}, deployment(2, 2, 2, 2, 1)).message,
            "1 of 2 pods are available");
  EXPECT_TRUE(rollout_of({"apps", "Deployment"}, deployment(2, 2, 2, 2, 2)).complete);
}

TEST(RolloutTest, DeploymentThatCannotGoOnSaysWhy) {
  auto stuck = deployment(2, 2, 1, 0, 0);
  stuck["status"]["conditions"] = {
      {{"type", "ReplicaFailure"}, {"status", "True"}, {"message", "exceeded quota"}}};
  EXPECT_EQ(rollout_of({"apps", "Deployment"}, stuck).failure, "")
      << "it is tried again: deploy/trouble/admission.cc tells when that is in vain";
  stuck["status"]["conditions"] = {
      {{"type", "Progressing"}, {"status", "False"}, {"message", "deadline exceeded"}}};
  EXPECT_EQ(rollout_of({"apps", "Deployment"}, stuck).failure, "deadline exceeded");
}

TEST(RolloutTest, StatefulSetWaitsForItsLastOldPod) {
  Json set = {{"metadata", {{"generation", 1}}},
              {"spec", {{"replicas", 1}}},
              {"status",
               {{"observedGeneration", 1},
                {"replicas", 1},
                {"updatedReplicas", 1},
                {"availableReplicas", 1},
                {"currentRevision", "a"},
                {"updateRevision", "b"}}}};
  EXPECT_FALSE(rollout_of({"apps", "StatefulSet"}, set).complete);
  set["status"]["currentRevision"] = "b";
  EXPECT_TRUE(rollout_of({"apps", "StatefulSet"}, set).complete);
}

TEST(RolloutTest, DaemonSetCountsNodes) {
  Json set = {{"metadata", {{"generation", 1}}},
              {"status",
               {{"observedGeneration", 1},
                {"desiredNumberScheduled", 3},
                {"currentNumberScheduled", 3},
                {"updatedNumberScheduled", 3},
                {"numberAvailable", 2}}}};
  EXPECT_EQ(rollout_of({"apps", "DaemonSet"}, set).message, "2 of 3 pods are available");
  set["status"]["numberAvailable"] = 3;
  EXPECT_TRUE(rollout_of({"apps", "DaemonSet"}, set).complete);
}

TEST(RolloutTest, JobAndPodByTheirEnd) {
  EXPECT_FALSE(rollout_of({"batch", "Job"}, Json::object()).complete);
  const Json failed = {
      {"status", {{"conditions", {{{"type", "Failed"}, {"status", "True"}, {"message", "backoff"}}}}}}};
  EXPECT_EQ(rollout_of({"batch", "Job"}, failed).failure, "the job failed: backoff");
  EXPECT_TRUE(rollout_of({"", "Pod"}, {{"status", {{"phase", "Succeeded"}}}}).complete);
  EXPECT_FALSE(rollout_of({"", "Pod"}, {{"status", {{"phase", "Running"}}}}).complete)
      << "running is not ready";
  EXPECT_TRUE(rollout_of({"", "ConfigMap"}, Json::object()).complete);
}

TEST(RolloutTest, APausedDeploymentIsSaidAtOnce) {
  auto paused = deployment(2, 2, 2, 0, 2);
  paused["spec"]["paused"] = true;
  const auto rollout = rollout_of({"apps", "Deployment"}, paused);
  EXPECT_EQ(rollout.failure, "it is paused, and no pod of it is replaced");
  EXPECT_EQ(rollout.hint, "leave paused: out of its manifest");
  paused["status"]["updatedReplicas"] = 2;
  EXPECT_TRUE(rollout_of({"apps", "Deployment"}, paused).complete) << "nothing has changed since";
  paused["status"] = {{"observedGeneration", 2}};
  paused["spec"]["replicas"] = 0;
  EXPECT_TRUE(rollout_of({"apps", "Deployment"}, paused).complete);
}

Json stateful_set(int replicas, int updated, const Json& strategy, const char* current = "a") {
  return {{"metadata", {{"generation", 2}}},
          {"spec", {{"replicas", replicas}, {"updateStrategy", strategy}}},
          {"status",
           {{"observedGeneration", 2},
            {"replicas", replicas},
            {"updatedReplicas", updated},
            {"availableReplicas", replicas},
            {"currentRevision", current},
            {"updateRevision", "b"}}}};
}

TEST(RolloutTest, APartitionKeepsOldPods) {
  const Json strategy = {{"type", "RollingUpdate"}, {"rollingUpdate", {{"partition", 1}}}};
  const GroupKind type{"apps", "StatefulSet"};
  EXPECT_EQ(rollout_of(type, stateful_set(3, 1, strategy)).failure, "") << "one more is to be replaced";
  EXPECT_EQ(rollout_of(type, stateful_set(3, 2, strategy)).failure,
            "its updateStrategy's partition 1 keeps 1 pods of an older revision");
  EXPECT_EQ(rollout_of(type, stateful_set(3, 2, strategy, "b")).failure, "")
      << "its first pods are still being started";
  EXPECT_TRUE(rollout_of(type, stateful_set(3, 3, strategy, "b")).complete);
  EXPECT_EQ(rollout_of(type, stateful_set(2, 0, {{"rollingUpdate", {{"partition", 5}}}})).failure,
            "its updateStrategy's partition 5 keeps 2 pods of an older revision");
}

TEST(RolloutTest, OnDeleteNeverMovesTheCurrentRevision) {
  EXPECT_TRUE(rollout_of({"apps", "StatefulSet"}, stateful_set(2, 2, {{"type", "OnDelete"}})).complete);
  EXPECT_FALSE(rollout_of({"apps", "StatefulSet"}, stateful_set(2, 1, {{"type", "OnDelete"}})).complete);
}

TEST(RolloutTest, MinReadySecondsCount) {
  auto set = stateful_set(2, 2, Json::object(), "b");
  set["status"]["readyReplicas"] = 2;
  set["status"]["availableReplicas"] = 1;
  EXPECT_EQ(rollout_of({"apps", "StatefulSet"}, set).message, "1 of 2 pods are available");
}

TEST(RolloutTest, ASuspendedJob) {
  const GroupKind type{"batch", "Job"};
  Json job = {{"spec", {{"suspend", true}}}};
  EXPECT_FALSE(rollout_of(type, job).complete) << "something in the cluster holds it";
  EXPECT_EQ(rollout_of(type, job).failure, "");
  job["metadata"]["managedFields"] = {{{"manager", "harness"},
                                       {"operation", "Apply"},
                                       {"fieldsV1", {{"f:spec", {{"f:suspend", Json::object()}}}}}}};
  EXPECT_TRUE(rollout_of(type, job).complete) << "its manifest says so";
  job["spec"] = {{"parallelism", 0}};
  EXPECT_EQ(rollout_of(type, job).failure, "its parallelism is 0: no pod is started");
}

TEST(RolloutTest, AJobsOwnStatusDecides) {
  // However many of its pods have failed.
  const Json running = {{"spec", {{"backoffLimit", 6}}}, {"status", {{"active", 1}, {"failed", 5}}}};
  EXPECT_EQ(rollout_of({"batch", "Job"}, running).failure, "");
  EXPECT_EQ(rollout_of({"batch", "Job"}, running).message, "the job is running");
}

TEST(RolloutTest, APodThatFailedSaysHow) {
  const Json pod = {
      {"status",
       {{"phase", "Failed"},
        {"containerStatuses",
         {{{"name", "web"}, {"state", {{"terminated", {{"exitCode", 3}, {"reason", "Error"}}}}}}}}}}};
  EXPECT_EQ(rollout_of({"", "Pod"}, pod).failure, "the pod failed: container web: exit code 3");
}

TEST(RolloutTest, ReplicaSets) {
  for (const auto& type : {GroupKind{"apps", "ReplicaSet"}, GroupKind{"", "ReplicationController"}}) {
    Json set = {{"metadata", {{"generation", 1}}},
                {"spec", {{"replicas", 2}}},
                {"status", {{"observedGeneration", 1}, {"replicas", 2}, {"availableReplicas", 1}}}};
    EXPECT_EQ(rollout_of(type, set).message, "1 of 2 pods are available");
    set["status"]["availableReplicas"] = 2;
    EXPECT_TRUE(rollout_of(type, set).complete);
    set["status"]["replicas"] = 3;
    EXPECT_EQ(rollout_of(type, set).message, "3 of 2 pods are there");
  }
}

TEST(RolloutTest, ByGroupAndKind) {
  const Json failed = {{"status", {{"conditions", {{{"type", "Failed"}, {"status", "True"}}}}}}};
  EXPECT_TRUE(rollout_of({"batch.example.com", "Job"}, failed).complete);
  EXPECT_TRUE(rollout_of({"example.com", "Deployment"}, Json::object()).complete);
  EXPECT_FALSE(is_workload({"example.com", "Pod"}));
}

TEST(RolloutTest, TheQueryOfPods) {
  EXPECT_EQ(pod_selector({"", "Pod"}, {{"metadata", {{"name", "p"}}}}), "fieldSelector=metadata.name%3Dp");
  EXPECT_EQ(pod_selector({"batch", "CronJob"}, Json::object()), "");
  EXPECT_EQ(pod_selector({"", "ReplicationController"}, {{"spec", {{"selector", {{"app", "web"}}}}}}),
            "labelSelector=app%3Dweb");
}

}  // namespace
