#include "cluster/kstatus.h"

#include <gtest/gtest.h>

#include <vector>

namespace harness {
namespace {

using Json = nlohmann::json;
using State = ObjectStatus::State;

Json with(const std::vector<Json>& conditions, Json more = Json::object()) {
  more["conditions"] = conditions;
  return {{"metadata", {{"name", "x"}, {"generation", 2}}}, {"status", more}};
}
Json condition(const char* type, const char* status, const char* reason = "", const char* message = "") {
  return {{"type", type}, {"status", status}, {"reason", reason}, {"message", message}};
}

const GroupKind kCertificate{"cert-manager.io", "Certificate"},
    kDefinition{"apiextensions.k8s.io", "CustomResourceDefinition"};

TEST(KstatusTest, CustomResources) {
  EXPECT_EQ(kstatus_of(kCertificate, Json::object()).state, State::current)
      << "what has no conditions sets none";
  EXPECT_EQ(kstatus_of(kCertificate, with({condition("Ready", "True")})).state, State::current);
  const auto waits =
      kstatus_of(kCertificate, with({condition("Ready", "False", "DoesNotExist", "Issuer x not found")}));
  EXPECT_EQ(waits.state, State::in_progress);
  EXPECT_EQ(waits.message, "Ready is False: DoesNotExist: Issuer x not found");
  EXPECT_EQ(kstatus_of(kCertificate, with({condition("Ready", "Unknown")})).state, State::in_progress);
  EXPECT_EQ(
      kstatus_of(kCertificate, with({condition("Ready", "True"), condition("Reconciling", "True")})).state,
      State::in_progress);
  EXPECT_EQ(
      kstatus_of(kCertificate, with({condition("Reconciling", "True"), condition("Stalled", "True", "Bad")}))
          .state,
      State::failed);
  EXPECT_EQ(kstatus_of(kCertificate, with({condition("Stalled", "False"), condition("Reconciling", "False")}))
                .state,
            State::current);
}

TEST(KstatusTest, AStatusOfBefore) {
  EXPECT_EQ(kstatus_of(kCertificate, with({condition("Ready", "True")}, {{"observedGeneration", 1}})).state,
            State::in_progress);
  EXPECT_EQ(kstatus_of(kCertificate, with({condition("Stalled", "True")}, {{"observedGeneration", 1}})).state,
            State::in_progress);
  EXPECT_EQ(kstatus_of(kCertificate, with({condition("Ready", "True")}, {{"observedGeneration", 2}})).state,
            State::current);
}

TEST(KstatusTest, AGenerationThatIsWrittenAsAText) {
  EXPECT_EQ(kstatus_of(kCertificate, with({condition("Ready", "True")}, {{"observedGeneration", "1"}})).state,
            State::in_progress);
  EXPECT_EQ(kstatus_of(kCertificate, with({condition("Ready", "True")}, {{"observedGeneration", "2"}})).state,
            State::current);
  EXPECT_EQ(
      kstatus_of(kCertificate, with({condition("Ready", "True")}, {{"observedGeneration", "5d9c"}})).state,
      State::current)
      << "a hash";
}

TEST(KstatusTest, AConditionOfBefore) {
  auto ready = condition("Ready", "True"), stalled = condition("Stalled", "True");
  for (auto* one : {&ready, &stalled}) (*one)["observedGeneration"] = 1;
  EXPECT_EQ(kstatus_of(kCertificate, with({ready})).message,
            "Ready was set before the last change: its controller has not seen that yet");
  EXPECT_EQ(kstatus_of(kCertificate, with({stalled})).state, State::current);
  ready["observedGeneration"] = 0;
  EXPECT_EQ(kstatus_of(kCertificate, with({ready})).state, State::current)
      << "its controller does not fill it in";
}

TEST(KstatusTest, AConditionThatIsNamed) {
  const auto named = [](const Json& object) { return kstatus_of(kCertificate, object, "Issued"); };
  EXPECT_EQ(named(with({condition("Issued", "True"), condition("Ready", "False")})).state, State::current);
  EXPECT_EQ(named(with({condition("Issued", "False", "Waiting")})).message, "Issued is False: Waiting");
  const auto none = named(Json::object());
  EXPECT_EQ(none.state, State::in_progress);
  EXPECT_EQ(none.message, "nothing has set its condition Issued; it has no conditions at all");
  EXPECT_EQ(none.hint,
            "what sets it must be deployed and run: look at its controller. If none sets this condition, "
            "correct ready: in components.yaml");
  EXPECT_EQ(named(with({condition("Ready", "True"), condition("Approved", "True")})).message,
            "nothing has set its condition Issued; it has Ready, Approved");
  EXPECT_EQ(kstatus_of({"", "Namespace"}, Json::object(), "Issued").state, State::in_progress)
      << "of Kubernetes' own kinds, too";
}

TEST(KstatusTest, WhatIsBeingDeleted) {
  EXPECT_EQ(
      kstatus_of({"", "ConfigMap"}, {{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}}).state,
      State::terminating);
}

TEST(KstatusTest, Definitions) {
  EXPECT_EQ(kstatus_of(kDefinition, Json::object()).state, State::in_progress);
  EXPECT_EQ(kstatus_of(kDefinition, with({condition("Established", "False", "Installing")})).state,
            State::in_progress);
  EXPECT_EQ(
      kstatus_of(kDefinition, with({condition("Established", "True"), condition("NamesAccepted", "True")}))
          .state,
      State::current);
  EXPECT_EQ(kstatus_of(kDefinition, with({condition("NamesAccepted", "False", "ListKindConflict")})).state,
            State::failed);
}

TEST(KstatusTest, ByGroupAndKind) {
  // Names that Kubernetes has too, in the group of somebody else.
  for (const char* kind : {"Job", "Deployment", "Pod", "Service", "CustomResourceDefinition"}) {
    EXPECT_EQ(kstatus_of({"example.com", kind}, with({condition("Ready", "False")})).state,
              State::in_progress)
        << kind;
    EXPECT_EQ(kstatus_of({"example.com", kind}, with({condition("Failed", "True")})).state, State::current)
        << kind;
  }
  EXPECT_EQ(kstatus_of({"", "PersistentVolumeClaim"}, {{"status", {{"phase", "Pending"}}}}).state,
            State::current)
      << "its first pod binds it";
}

}  // namespace
}  // namespace harness
