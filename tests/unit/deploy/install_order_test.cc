// deploy/install_order.cc
#include "deploy/install_order.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace harness {
namespace {

using testing::ElementsAre;

std::vector<std::string> ordered(const std::string& text) {
  auto objects = read_manifest({"m.yaml", text});
  std::stable_sort(objects.begin(), objects.end(),
                   [](const auto& a, const auto& b) { return install_rank(a) < install_rank(b); });
  std::vector<std::string> kinds;
  for (const auto& object : objects) kinds.push_back(object.kind + " " + object.name);
  return kinds;
}

std::string object(const std::string& version, const std::string& kind, const std::string& name = "x") {
  return "---\n{apiVersion: " + version + ", kind: " + kind + ", metadata: {name: " + name + "}}\n";
}

TEST(InstallOrderTest, IsHelms) {
  EXPECT_THAT(
      ordered(object("example.com/v1", "Thing") +
              object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration") +
              object("apiregistration.k8s.io/v1", "APIService") + object("networking.k8s.io/v1", "Ingress") +
              object("batch/v1", "Job") + object("apps/v1", "Deployment") + object("v1", "Service") +
              object("rbac.authorization.k8s.io/v1", "RoleBinding") +
              object("rbac.authorization.k8s.io/v1", "Role") +
              object("apiextensions.k8s.io/v1", "CustomResourceDefinition") + object("v1", "ConfigMap") +
              object("v1", "LimitRange") + object("v1", "ResourceQuota") + object("v1", "Namespace")),
      ElementsAre("Namespace x", "ResourceQuota x", "LimitRange x", "ConfigMap x",
                  "CustomResourceDefinition x", "Role x", "RoleBinding x", "Service x", "Deployment x",
                  "Job x", "Ingress x", "ValidatingWebhookConfiguration x", "APIService x", "Thing x"));
}

TEST(InstallOrderTest, AKindOfAnotherGroupIsACustomOne) {
  EXPECT_THAT(ordered(object("batch.example.com/v1", "Job", "theirs") +
                      object("serving.knative.dev/v1", "Service", "theirs") +
                      object("batch/v1", "Job", "ours") + object("v1", "Service", "ours")),
              ElementsAre("Service ours", "Job ours", "Job theirs", "Service theirs"));
  EXPECT_EQ(install_rank("gateway.networking.k8s.io", "Gateway"), kCustomRank);
  EXPECT_LT(install_rank("storage.k8s.io", "CSIDriver"), kWebhookRank) << "one that Helm does not know";
}

TEST(InstallOrderTest, EqualOnesStayAsTheyAreWritten) {
  EXPECT_THAT(ordered(object("v1", "ConfigMap", "b") + object("v1", "ConfigMap", "a")),
              ElementsAre("ConfigMap b", "ConfigMap a"));
}

}  // namespace
}  // namespace harness
