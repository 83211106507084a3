// deploy/freshness.cc against a server in the test.
#include "deploy/freshness.h"

#include <gmock/gmock.h>

#include "support/http_server.h"
#include "support/kubectl.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

constexpr const char* kNew = "localhost:5001/web@sha256:22";
constexpr const char* kOld = "localhost:5001/web@sha256:11";

class FreshnessTest : public testing::Test, protected FakeKubectl {
 protected:
  static Json meta(const std::string& name, const Json& more = Json::object()) {
    Json all = {{"name", name}, {"namespace", "default"}};
    all.update(more);
    return all;
  }
  static Json pod_spec(const std::string& image) { return {{"containers", {{{"name", "web"}, {"image", image}}}}}; }
  static Json pod(const std::string& name, const std::string& revision, const std::string& image_id) {
    return {{"metadata", meta(name, {{"labels", {{"app", "web"}, {"pod-template-hash", revision}}}})},
            {"status", {{"containerStatuses", {{{"name", "web"}, {"imageID", image_id}}}}}}};
  }
  /// What is deployed: one pod of the newest revision.
  void healthy() {
    deployment_ = {{"metadata", meta("web", {{"uid", "u"}, {"generation", 2}, {"annotations", {{"deployment.kubernetes.io/revision", "2"}}}})},
                   {"spec", {{"replicas", 1}, {"selector", {{"matchLabels", {{"app", "web"}}}}}, {"template", {{"spec", pod_spec(kNew)}}}}},
                   {"status", {{"observedGeneration", 2}, {"replicas", 1}, {"updatedReplicas", 1}, {"availableReplicas", 1}}}};
    pods_ = Json::array({pod("web-new-1", "new", kNew)});
  }
  std::vector<std::string> stale_now() {
    const auto set = [](const std::string& name, const std::string& revision, const std::string& owner) {
      return Json{{"metadata", meta(name, {{"annotations", {{"deployment.kubernetes.io/revision", revision}}}, {"labels", {{"pod-template-hash", name.substr(4)}}}, {"ownerReferences", {{{"uid", owner}}}}})}};
    };
    const std::map<std::string, Json> lists = {
        {"/apis/apps/v1/namespaces/default/deployments", deployment_.is_null() ? Json::array() : Json::array({deployment_})},
        {"/apis/apps/v1/namespaces/default/replicasets", Json::array({set("web-old", "1", "u"), set("web-new", "2", "u"), set("web-other", "2", "another")})},
        {"/api/v1/namespaces/default/pods", pods_}};
    const HttpServer server([&](const auto& request, auto& answer) {
      if (request.target == "/readyz") return answer.reply(200);
      const auto found = lists.find(request.target);
      answer.reply(200, Json{{"items", found == lists.end() ? Json::array() : found->second}}.dump());
    }, socket());
    const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(10), {});
    const Object web{"apps/v1", "Deployment", "web", "default", {{"spec", {{"template", {{"spec", {{"containers", {{{"name", "web"}, {"image", kNew}}}}}}}}}}}};
    Snapshot snapshot(api);
    return stale(snapshot, {web, {"v1", "Service", "web", "default", "{}"}}, {}, {});
  }

  Json deployment_, pods_ = Json::array();
};

TEST_F(FreshnessTest, WhatRunsAsItWasDeployedIsFresh) {
  healthy();
  pods_.push_back({{"metadata", meta("another", {{"labels", {{"app", "another"}}}})}, {"status", Json::object()}});
  EXPECT_THAT(stale_now(), IsEmpty());
}

TEST_F(FreshnessTest, AWorkloadThatIsNotThere) { EXPECT_THAT(stale_now(), ElementsAre("Deployment default/web is not there")); }

TEST_F(FreshnessTest, AnImageThatSomebodySet) {
  healthy();
  deployment_["spec"]["template"]["spec"] = pod_spec(kOld);
  EXPECT_THAT(stale_now(), ElementsAre(HasSubstr("has localhost:5001/web@sha256:11 in container web, not localhost:5001/web@sha256:22")));
}

TEST_F(FreshnessTest, APodThatRunsAnotherDigest) {
  healthy();
  pods_ = Json::array({pod("web-new-1", "new", kOld)});
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web-new-1 runs localhost:5001/web@sha256:11 in container web, not localhost:5001/web@sha256:22"));
}

TEST_F(FreshnessTest, APodOfAnOlderRevisionWithTheSameImage) {
  healthy();
  pods_.push_back(pod("web-old-1", "old", kNew));
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web-old-1 is of an older revision"));
}

TEST_F(FreshnessTest, AnOlderPodThatIsStillEnding) {
  auto ending = pod("web-old-1", "old", kOld);
  ending["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  healthy();
  pods_.push_back(ending);
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web-old-1 is of an older revision, and still ending"));
}

TEST_F(FreshnessTest, AChangeThatTheControllerHasNotSeen) {
  healthy();
  deployment_["metadata"]["generation"] = 3;
  EXPECT_THAT(stale_now(), ElementsAre(HasSubstr("Deployment default/web: waiting for the controller to see the change")));
}

}  // namespace
}  // namespace harness
