#include "deploy/replacement.h"

#include <gmock/gmock.h>

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Json = nlohmann::json;

const GroupKind kStatefulSet{"apps", "StatefulSet"}, kDaemonSet{"apps", "DaemonSet"},
    kReplicaSet{"apps", "ReplicaSet"}, kController{"", "ReplicationController"};

Json pod(const char* name, const char* revision, bool ready) {
  return {{"metadata",
           {{"name", name},
            {"labels", {{"controller-revision-hash", revision}}},
            {"annotations", {{kTemplateAnnotation, revision}}}}},
          {"status", {{"conditions", {{{"type", "Ready"}, {"status", ready ? "True" : "False"}}}}}}};
}
Json set(const Json& spec, int observed = 2) {
  return {
      {"metadata", {{"name", "db"}, {"generation", 2}}},
      {"spec", spec},
      {"status", {{"observedGeneration", observed}, {"updateRevision", "new"}, {"currentRevision", "old"}}}};
}
Revision newest(const GroupKind& type, const Json& workload) {
  static const std::map<std::string, Json> revisions{
      {"a",
       {{"metadata",
         {{"labels", {{"controller-revision-hash", "new"}}},
          {"ownerReferences", {{{"uid", ""}, {"controller", true}}}}}},
        {"revision", 2}}}};
  return Revision::of(
      type, workload, [](const std::string&) -> const auto& { return revisions; });
}
std::vector<std::string> replaced(const GroupKind& type, const Json& workload,
                                  const std::vector<Json>& pods) {
  std::vector<const Json*> all;
  for (const auto& one : pods) all.push_back(&one);
  return pods_to_replace(type, workload, all, newest(type, workload));
}

const std::vector<Json> kPods{pod("db-0", "old", true), pod("db-1", "old", false), pod("db-2", "new", false)};

TEST(ReplacementTest, AnOldPodThatIsNotReadyHoldsUpAStatefulSet) {
  EXPECT_THAT(replaced(kStatefulSet, set({{"updateStrategy", {{"type", "RollingUpdate"}}}}), kPods),
              ElementsAre("db-1"));
  EXPECT_THAT(
      replaced(kStatefulSet, set({{"updateStrategy", {{"rollingUpdate", {{"partition", 1}}}}}}), kPods),
      IsEmpty())
      << "it would be made of the old one again";
  EXPECT_THAT(replaced(kStatefulSet, set(Json::object(), 1), kPods), IsEmpty())
      << "which is the newest is not known yet";
}

TEST(ReplacementTest, OnDelete) {
  const auto strategy = set({{"updateStrategy", {{"type", "OnDelete"}}}});
  EXPECT_TRUE(keeps_old_pods(kStatefulSet, strategy));
  EXPECT_THAT(replaced(kStatefulSet, strategy, kPods), ElementsAre("db-0", "db-1"));
  EXPECT_THAT(replaced(kDaemonSet, strategy, kPods), ElementsAre("db-0", "db-1"));
  EXPECT_THAT(replaced(kDaemonSet, set(Json::object()), kPods), IsEmpty()) << "its controller does it";
  EXPECT_THAT(replaced({"apps", "Deployment"}, strategy, kPods), IsEmpty());
}

TEST(ReplacementTest, WhatKeepsNoRevisions) {
  const Json spec = {{"replicas", 1},
                     {"template", {{"metadata", {{"annotations", {{kTemplateAnnotation, "new"}}}}}}}};
  for (const auto& type : {kReplicaSet, kController}) {
    EXPECT_THAT(replaced(type, set(spec), kPods), ElementsAre("db-0", "db-1"));
    const auto only = [&](const std::vector<Json>& pods) {
      std::vector<const Json*> all;
      for (const auto& one : pods) all.push_back(&one);
      return has_only_new_pods(type, set(spec), all, newest(type, set(spec)));
    };
    EXPECT_FALSE(only(kPods));
    EXPECT_FALSE(only({kPods[2]})) << "it is not ready";
    EXPECT_TRUE(only({pod("db-2", "new", true)}));
    EXPECT_FALSE(only({}));
  }
}

TEST(ReplacementTest, WhatIsEndingIsNotDeletedTwice) {
  auto ending = kPods[0];
  ending["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_THAT(replaced(kDaemonSet, set({{"updateStrategy", {{"type", "OnDelete"}}}}), {ending}), IsEmpty());
}

TEST(ReplacementTest, JobsOfACronJob) {
  const auto made_of = [](const char* hash) {
    return Json{{"metadata", {{"annotations", {{kTemplateAnnotation, hash}}}}}};
  };
  const auto job = [&](const char* name, const char* owner, const char* hash) {
    return Json{{"metadata", {{"name", name}, {"ownerReferences", {{{"uid", owner}, {"controller", true}}}}}},
                {"spec", {{"template", made_of(hash)}}}};
  };
  const Json cron = {{"metadata", {{"uid", "c"}}},
                     {"spec", {{"jobTemplate", {{"spec", {{"template", made_of("new")}}}}}}}};
  EXPECT_THAT(
      jobs_of_older_template(
          cron, {{"a", job("a", "c", "old")}, {"b", job("b", "c", "new")}, {"d", job("d", "x", "old")}}),
      ElementsAre("a"));
}

}  // namespace
}  // namespace harness
