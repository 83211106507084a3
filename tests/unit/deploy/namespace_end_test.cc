#include "deploy/namespace_end.h"

#include <gmock/gmock.h>

namespace harness {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

Json ending(const std::string& condition, const std::string& message) {
  return {{"metadata", {{"name", "old"}, {"deletionTimestamp", "2026-01-01T00:00:00Z"}}},
          {"status",
           {{"phase", "Terminating"},
            {"conditions", {{{"type", condition}, {"status", "True"}, {"message", message}}}}}}};
}

TEST(NamespaceEndTest, AForeignFinalizerKeepsIt) {
  const auto found = stuck_namespace(ending(
      "NamespaceFinalizersRemaining",
      "Some content in the namespace has finalizers remaining: kubernetes.io/pvc-protection in 1 resource "
      "instances, example.com/keep in 2 resource instances"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cause,
            "namespace old is being deleted and cannot end: nothing removes the finalizer example.com/keep");
  EXPECT_THAT(found->hint, HasSubstr("kubectl -n old patch"));
  EXPECT_GT(found->must_last, std::chrono::seconds(0)) << "its owner may be about to remove it";
}

TEST(NamespaceEndTest, AnApiThatDoesNotAnswerKeepsIt) {
  const auto found = stuck_namespace(
      ending("NamespaceDeletionDiscoveryFailure", "Discovery failed for some groups: metrics"));
  ASSERT_TRUE(found);
  EXPECT_THAT(found->cause, HasSubstr("its content cannot be deleted"));
  EXPECT_THAT(found->evidence, HasSubstr("metrics"));
}

TEST(NamespaceEndTest, OneThatOnlyNeedsTimeIsNotStuck) {
  EXPECT_FALSE(stuck_namespace(
      ending("NamespaceContentRemaining", "Some resources are remaining: pods. has 1 resource instances")));
  EXPECT_FALSE(stuck_namespace(ending("NamespaceFinalizersRemaining",
                                      "Some content in the namespace has finalizers remaining: "
                                      "kubernetes.io/pvc-protection in 1 resource instances")));
  EXPECT_FALSE(stuck_namespace({{"metadata", {{"name", "new"}}}, {"status", {{"phase", "Active"}}}}));
  EXPECT_TRUE(is_ending_namespace(ending("NamespaceContentRemaining", "")));
  EXPECT_FALSE(is_ending_namespace({{"metadata", {{"name", "new"}}}}));
}

}  // namespace
}  // namespace harness
