#include "deploy/rollout.h"

#include <gtest/gtest.h>

using namespace harness;
using Json = nlohmann::json;

namespace {

Json deployment(int generation, int observed, int replicas, int updated, int available) {
  return {{"metadata", {{"generation", generation}}},
          {"spec", {{"replicas", 2}}},
          {"status", {{"observedGeneration", observed}, {"replicas", replicas}, {"updatedReplicas", updated}, {"availableReplicas", available}}}};
}

TEST(RolloutTest, DeploymentIsCompleteOnlyWhenEveryStepIs) {
  EXPECT_FALSE(rollout_of("Deployment", deployment(2, 1, 2, 2, 2)).complete) << "the controller has not seen the change";
  EXPECT_EQ(rollout_of("Deployment", deployment(2, 2, 2, 1, 2)).message, "1 of 2 pods are updated");
  EXPECT_EQ(rollout_of("Deployment", deployment(2, 2, 3, 2, 2)).message, "1 of 3 pods are old ones that still have to end");
  EXPECT_EQ(rollout_of("Deployment", deployment(2, 2, 2, 2, 1)).message, "1 of 2 pods are available");
  EXPECT_TRUE(rollout_of("Deployment", deployment(2, 2, 2, 2, 2)).complete);
}

TEST(RolloutTest, DeploymentThatCannotGoOnSaysWhy) {
  auto stuck = deployment(2, 2, 1, 0, 0);
  stuck["status"]["conditions"] = {{{"type", "ReplicaFailure"}, {"status", "True"}, {"message", "exceeded quota"}}};
  EXPECT_EQ(rollout_of("Deployment", stuck).failure, "") << "it is tried again: deploy/trouble/admission.cc tells when that is in vain";
  stuck["status"]["conditions"] = {{{"type", "Progressing"}, {"status", "False"}, {"message", "deadline exceeded"}}};
  EXPECT_EQ(rollout_of("Deployment", stuck).failure, "deadline exceeded");
}

TEST(RolloutTest, StatefulSetWaitsForItsLastOldPod) {
  Json set = {{"metadata", {{"generation", 1}}},
              {"spec", {{"replicas", 1}}},
              {"status", {{"observedGeneration", 1}, {"replicas", 1}, {"updatedReplicas", 1}, {"readyReplicas", 1}, {"currentRevision", "a"}, {"updateRevision", "b"}}}};
  EXPECT_FALSE(rollout_of("StatefulSet", set).complete);
  set["status"]["currentRevision"] = "b";
  EXPECT_TRUE(rollout_of("StatefulSet", set).complete);
}

TEST(RolloutTest, DaemonSetCountsNodes) {
  Json set = {{"metadata", {{"generation", 1}}},
              {"status", {{"observedGeneration", 1}, {"desiredNumberScheduled", 3}, {"currentNumberScheduled", 3}, {"updatedNumberScheduled", 3}, {"numberAvailable", 2}}}};
  EXPECT_EQ(rollout_of("DaemonSet", set).message, "2 of 3 pods are available");
  set["status"]["numberAvailable"] = 3;
  EXPECT_TRUE(rollout_of("DaemonSet", set).complete);
}

TEST(RolloutTest, JobAndPodByTheirEnd) {
  EXPECT_FALSE(rollout_of("Job", Json::object()).complete);
  const Json failed = {{"status", {{"conditions", {{{"type", "Failed"}, {"status", "True"}, {"message", "backoff"}}}}}}};
  EXPECT_EQ(rollout_of("Job", failed).failure, "the job failed: backoff");
  EXPECT_TRUE(rollout_of("Pod", {{"status", {{"phase", "Succeeded"}}}}).complete);
  EXPECT_FALSE(rollout_of("Pod", {{"status", {{"phase", "Running"}}}}).complete) << "running is not ready";
  EXPECT_TRUE(rollout_of("ConfigMap", Json::object()).complete);
}

}  // namespace
