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
  Json applied_ = {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"spec", {{"replicas", 1}}}};
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

TEST_F(MarkTest, EveryOtherChangeCounts) {
  std::set<std::string> seen{before_};
  const auto expect_new = [&](const char* what) { EXPECT_TRUE(seen.insert(mark()).second) << what; };
  object_["spec"]["replicas"] = 2;
  expect_new("the specification");
  object_["metadata"]["labels"]["app"] = "other";
  expect_new("a label");
  object_["metadata"]["annotations"] = {{"deployment.kubernetes.io/revision", "1"}, {"a", "b"}};
  expect_new("an annotation");
  object_["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  expect_new("it is being deleted");
  object_["metadata"]["uid"] = "2";
  expect_new("another object of this name");
  object_["data"] = {{"key", "value"}};
  expect_new("data");
}

TEST_F(MarkTest, WhatAnAutoscalerDecidesDoesNotCount) {
  applied_["spec"].erase("replicas");
  const auto one = mark();
  object_["spec"]["replicas"] = 2;
  EXPECT_EQ(mark(), one);
}

TEST_F(MarkTest, WhereAPodRunsDoesNotCount) {
  object_["spec"] = {{"containers", Json::array()}};
  const auto unscheduled = mark();
  object_["spec"]["nodeName"] = "node";
  EXPECT_EQ(mark(), unscheduled);
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
