// deploy/rollout.cc: statuses that mislead.
#include <gtest/gtest.h>

#include "deploy/rollout.h"

namespace harness {
namespace {

using Json = nlohmann::json;

TEST(RolloutStagesTest, AFailureOfTheRevisionBeforeIsNoFailure) {
  // The fix of a broken deployment has just been applied: what its status says is still about the broken one.
  Json object = {{"metadata", {{"generation", 3}}},
                 {"spec", {{"replicas", 1}}},
                 {"status",
                  {{"observedGeneration", 2},
                   {"replicas", 1},
                   {"updatedReplicas", 1},
                   {"conditions",
                    {{{"type", "Progressing"}, {"status", "False"}, {"message", "deadline exceeded"}},
                     {{"type", "ReplicaFailure"}, {"status", "True"}, {"message", "quota"}}}}}}};
  const auto before = rollout_of({"apps", "Deployment"}, object);
  EXPECT_EQ(before.failure, "");
  EXPECT_FALSE(before.complete);
  EXPECT_EQ(before.message, "waiting for the controller to see the change");
  object["status"]["observedGeneration"] = 3;
  EXPECT_EQ(rollout_of({"apps", "Deployment"}, object).failure, "deadline exceeded");
}

TEST(RolloutStagesTest, ConditionsThatSayAllIsWellAreNoFailure) {
  const Json object = {{"metadata", {{"generation", 1}}},
                       {"status",
                        {{"observedGeneration", 1},
                         {"conditions",
                          {{{"type", "Progressing"}, {"status", "True"}, {"message", "progressing"}},
                           {{"type", "ReplicaFailure"}, {"status", "False"}, {"message", "none"}},
                           {{"type", "Available"}, {"status", "False"}, {"message", "not yet"}}}}}}};
  EXPECT_EQ(rollout_of({"apps", "Deployment"}, object).failure, "");
  EXPECT_EQ(rollout_of({"apps", "Deployment"}, object).message,
            "0 of 1 pods are updated");  // one replica where none is named
}

TEST(RolloutStagesTest, NoReplicasAreCompleteOnceSeen) {
  Json object = {{"metadata", {{"generation", 1}}},
                 {"spec", {{"replicas", 0}}},
                 {"status", {{"observedGeneration", 1}}}};
  EXPECT_TRUE(rollout_of({"apps", "Deployment"}, object).complete);
  EXPECT_TRUE(rollout_of({"apps", "StatefulSet"}, object).complete);
  EXPECT_TRUE(rollout_of({"apps", "DaemonSet"}, object).complete);  // no node wants it
  object["status"]["observedGeneration"] = 0;
  for (const char* kind : {"Deployment", "StatefulSet", "DaemonSet"})
    EXPECT_FALSE(rollout_of({"apps", kind}, object).complete) << kind;
}

TEST(RolloutStagesTest, WhatHasNoStatusYetIsNotComplete) {
  const Json object = {{"metadata", {{"generation", 1}}}};
  for (const auto& type :
       {GroupKind{"apps", "Deployment"}, GroupKind{"apps", "StatefulSet"}, GroupKind{"apps", "DaemonSet"},
        GroupKind{"apps", "ReplicaSet"}, GroupKind{"", "ReplicationController"}, GroupKind{"batch", "Job"},
        GroupKind{"", "Pod"}}) {
    EXPECT_FALSE(rollout_of(type, object).complete) << type.kind;
    EXPECT_EQ(rollout_of(type, object).failure, "") << type.kind;
    EXPECT_NE(rollout_of(type, object).message, "") << type.kind;
    EXPECT_TRUE(is_workload(type));
  }
  EXPECT_FALSE(is_workload({"", "Service"}));
}

TEST(RolloutStagesTest, OldPodsOfADaemonSetAndAStatefulSetHoldItUp) {
  const Json daemons = {{"metadata", {{"generation", 2}}},
                        {"status",
                         {{"observedGeneration", 2},
                          {"desiredNumberScheduled", 2},
                          {"currentNumberScheduled", 2},
                          {"updatedNumberScheduled", 1},
                          {"numberAvailable", 2}}}};
  EXPECT_EQ(rollout_of({"apps", "DaemonSet"}, daemons).message, "1 of 2 pods are updated");
  const Json stateful = {
      {"metadata", {{"generation", 2}}},
      {"spec", {{"replicas", 2}}},
      {"status",
       {{"observedGeneration", 2}, {"replicas", 2}, {"updatedReplicas", 2}, {"availableReplicas", 1}}}};
  EXPECT_EQ(rollout_of({"apps", "StatefulSet"}, stateful).message, "1 of 2 pods are available");
}

TEST(RolloutStagesTest, JobsAndPodsThatEnded) {
  EXPECT_TRUE(rollout_of({"batch", "Job"},
                         {{"status", {{"conditions", {{{"type", "Complete"}, {"status", "True"}}}}}}})
                  .complete);
  const auto failed = rollout_of({"", "Pod"}, {{"status", {{"phase", "Failed"}, {"message", "evicted"}}}});
  EXPECT_EQ(failed.failure, "the pod failed: evicted");
  EXPECT_TRUE(
      rollout_of(
          {"", "Pod"},
          {{"status", {{"phase", "Running"}, {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}})
          .complete);
}

}  // namespace
}  // namespace harness
