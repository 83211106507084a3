// deploy/removal.cc and deploy/inventory.cc: what goes, in which order, and what stays.
#include "deploy/removal.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "driver/fake_cluster.h"
#include "support/errors.h"
#include "support/kubeconfig.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;
using std::chrono::seconds;
using std::chrono::steady_clock;

InventoryRecord record(const std::string& api_version, const std::string& kind, const std::string& name,
                       const std::string& name_space = "default") {
  return {{type_of(api_version, kind), name_space, name}, api_version};
}

class RemovalTest : public testing::Test, protected WithKubeconfig {
 protected:
  static Waiting within(std::chrono::milliseconds time) { return {.deadline = steady_clock::now() + time}; }
  static Inventory::Records records(const std::vector<InventoryRecord>& all) {
    Inventory::Records map;
    for (const auto& one : all) map.emplace(one.id, one);
    return map;
  }

  FakeCluster cluster_;
  KubeApi api_{kubeconfig(cluster_), seconds(20), std::stop_token()};
};

TEST_F(RemovalTest, InTheReverseOrder) {
  const std::string definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com";
  cluster_.apply(definition, {{"spec",
                               {{"group", "example.com"},
                                {"scope", "Namespaced"},
                                {"names", {{"plural", "things"}, {"kind", "Thing"}}},
                                {"versions", {{{"name", "v1"}}}}}},
                              {"status", {{"conditions", {{{"type", "Established"}, {"status", "True"}}}}}}});
  cluster_.apply("/apis/example.com/v1/namespaces/ci/things/one", Json::object());
  cluster_.apply("/api/v1/namespaces/ci", Json::object());
  cluster_.apply("/api/v1/namespaces/ci/configmaps/a", Json::object());
  cluster_.apply("/apis/apps/v1/namespaces/ci/daemonsets/web", Json::object());
  cluster_.apply("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/hook",
                 Json::object());
  remove_objects(api_,
                 {record("v1", "Namespace", "ci", ""), record("v1", "ConfigMap", "a", "ci"),
                  record("apps/v1", "DaemonSet", "web", "ci"), record("example.com/v1", "Thing", "one", "ci"),
                  record("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.example.com", ""),
                  record("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "hook", ""),
                  record("gone.example.com/v1", "Gone", "x")},
                 within(seconds(20)), {});
  EXPECT_THAT(cluster_.erased(),
              ElementsAre(HasSubstr("/hook"), HasSubstr("/things/one"), definition,
                          HasSubstr("/daemonsets/web"), HasSubstr("/configmaps/a"), "/api/v1/namespaces/ci"));
}

TEST_F(RemovalTest, AFinalizerThatStaysIsNamed) {
  cluster_.apply("/api/v1/namespaces/default/configmaps/x",
                 {{"metadata", {{"finalizers", {"example.com/a", "example.com/b"}}}}});
  const auto error = error_of([&] {
    remove_objects(api_, {record("v1", "ConfigMap", "x")}, within(std::chrono::milliseconds(200)), {});
  });
  EXPECT_STREQ(error.what(),
               "ConfigMap default/x is being deleted but is still there: nothing removes its finalizer "
               "example.com/a, example.com/b");
  EXPECT_EQ(error.details.exit_code, kDeploy);
}

TEST_F(RemovalTest, AnotherVersionIsTheSameObject) {
  const std::string path = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/x";
  Inventory inventory(api_, "kube-system", {});
  const auto first = record("autoscaling/v1", "HorizontalPodAutoscaler", "x"),
             second = record("autoscaling/v2", "HorizontalPodAutoscaler", "x");
  inventory.begin("a", records({first}), {});
  cluster_.apply(path, Json::object());
  inventory.end("a", {"1", records({first}), ""}, within(seconds(5)), {});
  inventory.begin("a", records({second}), {});
  inventory.end("a", {"2", records({second}), ""}, within(seconds(5)), {});
  EXPECT_THAT(cluster_.erased(), IsEmpty());
  inventory.remove({"a"}, within(seconds(5)), {});
  EXPECT_THAT(cluster_.erased(), ElementsAre(path));
}

TEST_F(RemovalTest, WhatWasThereBeforeStays) {
  cluster_.apply("/api/v1/namespaces/default/configmaps/theirs", Json::object());
  const auto all = records({record("v1", "ConfigMap", "theirs"), record("v1", "ConfigMap", "ours"),
                            record("v1", "Namespace", "default", "")});
  {
    Inventory inventory(api_, "kube-system", {});
    inventory.begin("a", all, {});
    cluster_.apply("/api/v1/namespaces/default/configmaps/ours", Json::object());
    inventory.end("a", {"1", all, ""}, within(seconds(5)), {});
  }
  Inventory inventory(api_, "kube-system", {});  // of another run
  inventory.begin("a", all, {});
  inventory.end("a", {"2", all, ""}, within(seconds(5)), {});
  const auto kept = inventory.remove({"a"}, within(seconds(5)), {});
  EXPECT_THAT(cluster_.erased(), ElementsAre("/api/v1/namespaces/default/configmaps/ours"));
  EXPECT_EQ(kept.size(), 2u);
}

TEST_F(RemovalTest, AnEntryOfAnotherFormIsDeployedOnceMore) {
  cluster_.apply(
      "/api/v1/namespaces/kube-system/configmaps/harness",
      {{"data",
        {{"a", R"({"hash": "1", "objects": ["/api/v1/namespaces/default/configmaps/x"], "mark": "m"})"},
         {"b", "no JSON"},
         {"c", R"({"objects": 7})"}}}});
  const Inventory inventory(api_, "kube-system", {});
  EXPECT_EQ(inventory.entry("a").hash, "");
  EXPECT_EQ(inventory.entry("b").hash, "");
}

}  // namespace
}  // namespace harness
