#include "deploy/anew.h"

#include <gtest/gtest.h>

#include "deploy/config_hash.h"
#include "deploy/revision.h"

namespace harness {
namespace {

using Json = nlohmann::json;

const GroupKind kJob{"batch", "Job"}, kPod{"", "Pod"};

/// As it is applied, with what its pods name.
Json applied(const std::string& manifest, const std::string& config = "1") {
  auto objects = read_manifest(
      {"x.yaml", manifest + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: \"" +
                     config + "\"}\n"});
  annotate_templates(objects, config_hashes(objects));
  return objects[0].body;
}
std::string job(const std::string& image) {
  return "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {template: {spec: {restartPolicy: "
         "Never, containers: [{name: c, image: \"" +
         image + "\", envFrom: [{configMapRef: {name: settings}}]}]}}}\n";
}
std::string pod(const std::string& image) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: \"" + image +
         "\", env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}]}]}\n";
}
Json with_condition(Json object, const char* type) {
  object["status"]["conditions"] = Json::array({{{"type", type}, {"status", "True"}}});
  return object;
}
std::string reason(const GroupKind& type, const Json& stored, const Json& wanted) {
  return reason_to_make_anew(type, stored, wanted).value_or("");
}

TEST(AnewTest, WhatIsAsItWasStays) {
  EXPECT_EQ(reason(kJob, with_condition(applied(job("a")), "Complete"), applied(job("a"))), "");
  EXPECT_EQ(reason(kJob, applied(job("a")), applied(job("a"))), "") << "it runs";
  EXPECT_EQ(reason(kPod, applied(pod("a")), applied(pod("a"))), "");
  EXPECT_EQ(reason(kJob, Json(), applied(job("a"))), "") << "it is not there";
}

TEST(AnewTest, AnotherImageConfigurationOrTemplate) {
  for (const char* end : {"Complete", "Failed", "Running"}) {
    EXPECT_EQ(reason(kJob, with_condition(applied(job("a")), end), applied(job("b"))),
              "its pod template has changed")
        << end;
    EXPECT_EQ(reason(kJob, with_condition(applied(job("a")), end), applied(job("a"), "2")),
              "its pod template has changed")
        << end;
  }
  EXPECT_EQ(reason(kPod, applied(pod("a")), applied(pod("b"))), "its pod template has changed");
  EXPECT_EQ(reason(kPod, applied(pod("a")), applied(pod("a"), "2")), "its pod template has changed");
  auto relabelled = read_manifest(
      {"x.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {a: b}}\nspec: {containers: []}\n"});
  annotate_templates(relabelled, {});
  EXPECT_EQ(reason(kPod, applied(pod("a")), relabelled[0].body), "its pod template has changed");
  EXPECT_EQ(reason(kPod, {{"spec", Json::object()}}, applied(pod("a"))), "its pod template has changed")
      << "made by somebody else";
}

TEST(AnewTest, WhatFailedIsMadeAnewInAnyCase) {
  EXPECT_EQ(reason(kJob, with_condition(applied(job("a")), "Failed"), applied(job("a"))), "it failed");
  EXPECT_EQ(reason(kJob, with_condition(applied(job("a")), "FailureTarget"), applied(job("a"))), "it failed")
      << "its pods are still ending";
  auto failed = applied(pod("a"));
  failed["status"]["phase"] = "Failed";
  EXPECT_EQ(reason(kPod, failed, applied(pod("a"))), "it failed");
  failed["status"]["phase"] = "Succeeded";
  EXPECT_EQ(reason(kPod, failed, applied(pod("a"))), "");
}

TEST(AnewTest, WhatIsBeingDeletedIsWaitedFor) {
  auto ending = applied(job("a"));
  ending["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_EQ(reason(kJob, ending, applied(job("a"))), "it is being deleted");
}

TEST(AnewTest, NoOtherKind) {
  auto failed = with_condition(applied(job("a")), "Failed");
  EXPECT_EQ(reason({"batch.example.com", "Job"}, failed, applied(job("b"))), "");
  EXPECT_EQ(reason({"apps", "Deployment"}, failed, applied(job("b"))), "");
}

TEST(AnewTest, DeletedWhenDone) {
  EXPECT_TRUE(is_deleted_when_done(kJob, {{"spec", {{"ttlSecondsAfterFinished", 0}}}}));
  EXPECT_FALSE(is_deleted_when_done(kJob, {{"spec", Json::object()}}));
  EXPECT_FALSE(is_deleted_when_done(kPod, {{"spec", {{"ttlSecondsAfterFinished", 0}}}}));
}

}  // namespace
}  // namespace harness
