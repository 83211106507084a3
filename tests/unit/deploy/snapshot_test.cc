// deploy/snapshot.cc: what counts as a change of a stored object.
#include "deploy/snapshot.h"

#include <gtest/gtest.h>

#include <set>

namespace harness {
namespace {

using Json = nlohmann::json;

class MarkTest : public testing::Test {
 protected:
  std::string mark() const {
    Mark mark;
    mark.add(object_, applied_);
    return mark.hex();
  }
  Json object_ = {{"apiVersion", "apps/v1"},
                  {"kind", "Deployment"},
                  {"metadata",
                   {{"name", "deck"},
                    {"uid", "1"},
                    {"generation", 1},
                    {"resourceVersion", "5"},
                    {"labels", {{"app", "deck"}}},
                    {"managedFields", Json::array()}}},
                  {"spec", {{"replicas", 1}}}};
  Json applied_ = {{"apiVersion", "apps/v1"},
                   {"kind", "Deployment"},
                   {"metadata", {{"name", "deck"}, {"labels", {{"app", "deck"}}}}},
                   {"spec", {{"replicas", 1}}}};
  const std::string before_ = mark();
};

TEST_F(MarkTest, WhatControllersSayDoesNotCount) {
  object_["status"] = {{"replicas", 1}};
  object_["metadata"]["resourceVersion"] = "9";
  object_["metadata"]["generation"] = 3;
  object_["metadata"]["managedFields"].push_back({{"manager", "kube-controller-manager"}});
  object_["metadata"]["annotations"] = {{"deployment.kubernetes.io/revision", "1"}};
  EXPECT_EQ(mark(), before_);
}

TEST_F(MarkTest, AListHasNoTypesInItsItems) {
  object_.erase("kind");
  object_.erase("apiVersion");
  EXPECT_EQ(mark(), before_);
}

TEST_F(MarkTest, WhatControllersAndWebhooksAddDoesNotCount) {
  object_["metadata"]["finalizers"] = {"example.com/finalizer"};
  object_["metadata"]["annotations"] = {{"example.com/revision", "2"}};
  object_["spec"]["paused"] = false;
  object_["data"] = {{"tls.crt", "MTI="}};
  EXPECT_EQ(mark(), before_);
}

TEST_F(MarkTest, StatusThatIsInAManifestDoesNotCount) {
  applied_["status"] = {{"replicas", 0}};
  const auto one = mark();
  object_["status"] = {{"replicas", 1}};
  EXPECT_EQ(mark(), one);
}

TEST_F(MarkTest, EveryOtherChangeCounts) {
  std::set<std::string> seen{before_};
  const auto expect_new = [&](const char* what) { EXPECT_TRUE(seen.insert(mark()).second) << what; };
  object_["spec"]["replicas"] = 2;
  expect_new("a value that was applied");
  object_["metadata"]["labels"]["app"] = "other";
  expect_new("a label");
  object_["spec"].erase("replicas");
  expect_new("one that is gone");
  object_["metadata"]["managedFields"].push_back({{"manager", "kubectl-edit"},
                                                  {"operation", "Update"},
                                                  {"fieldsV1", {{"f:data", {{"f:key", Json::object()}}}}}});
  expect_new("what somebody added by kubectl");
  object_["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  expect_new("it is being deleted");
  object_["metadata"]["uid"] = "2";
  expect_new("another object of this name");
}

TEST_F(MarkTest, WhatAnAutoscalerDecidesDoesNotCount) {
  applied_["spec"].erase("replicas");
  const auto one = mark();
  object_["spec"]["replicas"] = 2;
  EXPECT_EQ(mark(), one);
}

TEST_F(MarkTest, ObjectsDoNotRunTogether) {
  Mark two, other;
  two.add(object_, applied_);
  two.add(object_, applied_);
  other.add(object_, applied_);
  EXPECT_NE(two.hex(), other.hex());
}

}  // namespace
}  // namespace harness
