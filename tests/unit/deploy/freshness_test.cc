// deploy/freshness.cc against a server in the test.
#include "deploy/freshness.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "deploy/revision.h"
#include "support/http_server.h"
#include "support/kubeconfig.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Json = nlohmann::json;

constexpr const char* kNew = "localhost:5001/web@sha256:22";
constexpr const char* kOld = "localhost:5001/web@sha256:11";

class FreshnessTest : public testing::Test, protected WithKubeconfig {
 protected:
  static Json meta(const std::string& name, const Json& more = Json::object()) {
    Json all = {{"name", name}, {"namespace", "default"}, {"uid", name}};
    all.update(more);
    return all;
  }
  static Json owned_by(const char* version, const char* kind, const std::string& name,
                       const std::string& uid = "") {
    return {{"ownerReferences",
             {{{"apiVersion", version},
               {"kind", kind},
               {"name", name},
               {"uid", uid.empty() ? name : uid},
               {"controller", true}}}}};
  }
  static Json spec(const std::string& image) {
    return {{"containers", {{{"name", "web"}, {"image", image}}}}};
  }
  /// A pod template, or the part of a Pod that is one.
  static Json made_of(const std::string& image, const std::string& hash = "h2") {
    return {{"metadata", {{"annotations", {{kTemplateAnnotation, hash}}}}}, {"spec", spec(image)}};
  }
  Json& add(const std::string& collection, Json object) {
    const std::string name = object["metadata"]["name"];
    auto& list = lists_[collection];
    if (list.is_null()) list = Json::array();
    return list.emplace_back(std::move(object));
  }
  /// A pod that runs an image.
  Json& pod(const std::string& name, const std::string& image_id, const Json& more = Json::object(),
            const char* phase = "Running") {
    return add("/api/v1/namespaces/default/pods",
               {{"metadata", meta(name, more)},
                {"spec", spec(kNew)},
                {"status",
                 {{"phase", phase},
                  {"conditions", {{{"type", "Ready"}, {"status", "True"}}}},
                  {"containerStatuses", {{{"name", "web"}, {"imageID", image_id}}}}}}});
  }
  Json labelled(const Json& owner) const {
    Json more = owner;
    more["labels"] = {{"app", "web"}};
    return more;
  }
  void workload(const std::string& version, const std::string& kind, const std::string& collection,
                Json object, const Json& body) {
    add(collection, std::move(object));
    objects_.push_back({version, kind, "web", "default", body});
  }
  /// A Deployment of one pod of its newest revision.
  Json& healthy(const std::string& image_id = kNew) {
    const std::string apps = "/apis/apps/v1/namespaces/default/";
    const Json revision = {{"annotations", {{"deployment.kubernetes.io/revision", "2"}}}};
    workload(
        "apps/v1", "Deployment", apps + "deployments",
        {{"metadata", meta("web", {{"generation", 2}, {"annotations", revision["annotations"]}})},
         {"spec",
          {{"replicas", 1},
           {"selector", {{"matchLabels", {{"app", "web"}}}}},
           {"template", {{"spec", spec(kNew)}}}}},
         {"status",
          {{"observedGeneration", 2}, {"replicas", 1}, {"updatedReplicas", 1}, {"availableReplicas", 1}}}},
        {{"spec", {{"replicas", 1}, {"template", {{"spec", spec(kNew)}}}}}});
    for (const char* number : {"1", "2"}) {
      auto more = owned_by("apps/v1", "Deployment", "web");
      more["annotations"] = {{"deployment.kubernetes.io/revision", number}};
      add(apps + "replicasets", {{"metadata", meta(std::string("web-") + number, more)}});
    }
    pod("web-2-a", image_id, labelled(owned_by("apps/v1", "ReplicaSet", "web-2")));
    return lists_[apps + "deployments"][0];
  }
  void job(const Json& status = {{"conditions", {{{"type", "Complete"}, {"status", "True"}}}}}) {
    workload("batch/v1", "Job", "/apis/batch/v1/namespaces/default/jobs",
             {{"metadata", meta("web")}, {"spec", {{"template", made_of(kNew)}}}, {"status", status}},
             {{"spec", {{"template", made_of(kNew)}}}});
  }
  std::vector<std::string> stale_now(bool synced = false) {
    const HttpServer server([&](const auto& request, auto& answer) {
      if (request.target == "/readyz") return answer.reply(200);
      const auto found = lists_.find(request.target);
      found == lists_.end() ? answer.reply(404, "{}")
                            : answer.reply(200, Json{{"items", found->second}}.dump());
    });
    const KubeApi api(kubeconfig(server), std::chrono::seconds(10), {});
    Snapshot snapshot(api);
    const ConfigDigests configs = [this](const std::string& reference) { return configs_[reference]; };
    auto found = stale(snapshot, synced ? std::vector<Object>{} : objects_,
                       synced ? objects_ : std::vector<Object>{}, configs, {});
    may_pass_ = found.may_pass;
    return std::move(found.lines);
  }

  std::map<std::string, Json> lists_;
  std::vector<Object> objects_;  ///< as they are to be
  std::map<std::string, std::set<std::string>> configs_;
  bool may_pass_ = false;  ///< what stale_now() found
};

TEST_F(FreshnessTest, WhatRunsAsItWasDeployedIsFresh) {
  healthy();
  pod("another", kOld, {{"labels", {{"app", "another"}}}});
  objects_.push_back({"v1", "Service", "web", "default", {{"spec", {{"selector", {{"app", "web"}}}}}}});
  EXPECT_THAT(stale_now(), IsEmpty());
}

TEST_F(FreshnessTest, AWorkloadThatIsNotThere) {
  healthy();
  lists_.clear();
  EXPECT_THAT(stale_now(), ElementsAre("Deployment default/web is missing"));
}

TEST_F(FreshnessTest, AnImageThatSomebodySet) {
  healthy()["spec"]["template"]["spec"] = spec(kOld);
  EXPECT_THAT(stale_now(),
              ElementsAre(HasSubstr(
                  "has localhost:5001/web@sha256:11 in container web, not localhost:5001/web@sha256:22")));
  EXPECT_FALSE(may_pass_);
}

TEST_F(FreshnessTest, APodThatRunsAnotherDigest) {
  healthy(kOld);
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web-2-a runs localhost:5001/web@sha256:11 in container "
                                       "web, not localhost:5001/web@sha256:22"));
  EXPECT_THAT(stale_now(true), ElementsAre(HasSubstr("runs localhost:5001/web@sha256:11")));
}

TEST_F(FreshnessTest, APodOfAnOlderRevisionWithTheSameImage) {
  healthy();
  pod("web-1-a", kNew, labelled(owned_by("apps/v1", "ReplicaSet", "web-1")));
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web-1-a is of an older revision"));
}

TEST_F(FreshnessTest, AnOlderPodThatIsStillEnding) {
  healthy();
  pod("web-1-a", kOld,
      labelled(owned_by("apps/v1", "ReplicaSet", "web-1")))["metadata"]["deletionTimestamp"] =
      "2026-01-01T00:00:00Z";
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web-1-a is of an older revision, and still ending"));
  EXPECT_TRUE(may_pass_);
}

TEST_F(FreshnessTest, APodThatAControllerHasEndedForACustomObject) {
  objects_.push_back(
      {"argoproj.io/v1alpha1", "Rollout", "web", "default", {{"spec", {{"selector", Json::object()}}}}});
  add("/apis/apps/v1/namespaces/default/replicasets",
      {{"metadata", meta("web-1", owned_by("argoproj.io/v1alpha1", "Rollout", "web"))}});
  pod("another", kOld)["metadata"]["deletionTimestamp"] = "2026-11-29T00:00:00Z";
  auto& old = pod("web-1-a", kOld, owned_by("apps/v1", "ReplicaSet", "web-1"));
  EXPECT_THAT(stale_now(), IsEmpty()) << "which ones it has is its business";
  old["metadata"]["deletionTimestamp"] = "2026-11-29T00:00:00Z";
  EXPECT_THAT(stale_now(),
              ElementsAre("pod default/web-1-a of Rollout.argoproj.io default/web is still ending"));
}

TEST_F(FreshnessTest, OneOfTheNewestRevisionMayEnd) {
  healthy();
  auto& ending = pod("web-2-b", kNew, labelled(owned_by("apps/v1", "ReplicaSet", "web-2")));
  ending["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_THAT(stale_now(), IsEmpty()) << "an autoscaler has one less";
  ending["status"]["containerStatuses"][0]["imageID"] = kOld;
  EXPECT_THAT(stale_now(), ElementsAre(HasSubstr("pod default/web-2-b runs localhost:5001/web@sha256:11")));
  EXPECT_FALSE(may_pass_) << "it may take requests for a while";
}

TEST_F(FreshnessTest, AChangeThatTheControllerHasNotSeen) {
  healthy()["metadata"]["generation"] = 3;
  EXPECT_THAT(stale_now(),
              UnorderedElementsAre("Deployment default/web: waiting for the controller to see the change",
                                   "pod default/web-2-a is of an older revision"));
  EXPECT_TRUE(may_pass_);
}

TEST_F(FreshnessTest, ASelectorOfExpressions) {
  auto& deployment = healthy();
  deployment["spec"]["selector"] = {
      {"matchExpressions", {{{"key", "app"}, {"operator", "In"}, {"values", {"web"}}}}}};
  pod("web-1-a", kOld, labelled(owned_by("apps/v1", "ReplicaSet", "web-1")));
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web-1-a is of an older revision"));
}

TEST_F(FreshnessTest, AnInitContainerAndASidecar) {
  auto& deployment = healthy();
  const Json init = {{{"name", "migrate"}, {"image", kNew}},
                     {{"name", "proxy"}, {"image", kNew}, {"restartPolicy", "Always"}}};
  deployment["spec"]["template"]["spec"]["initContainers"] = init;
  objects_[0].body["spec"]["template"]["spec"]["initContainers"] = init;
  auto& statuses = lists_["/api/v1/namespaces/default/pods"][0]["status"]["initContainerStatuses"];
  statuses = {{{"name", "migrate"}, {"imageID", kNew}}, {{"name", "proxy"}, {"imageID", kOld}}};
  EXPECT_THAT(stale_now(), ElementsAre(HasSubstr("runs localhost:5001/web@sha256:11 in container proxy")));
  statuses[1]["imageID"] = kNew;
  lists_["/api/v1/namespaces/default/pods"][0]["status"]["ephemeralContainerStatuses"] = {
      {{"name", "debug"}, {"imageID", kOld}}};
  EXPECT_THAT(stale_now(), IsEmpty());
  statuses.erase(1);
  EXPECT_THAT(
      stale_now(),
      ElementsAre(
          "pod default/web-2-a runs nothing yet in container proxy, not localhost:5001/web@sha256:22"));
}

TEST_F(FreshnessTest, AnAutoscalerMayHaveJustStartedOne) {
  healthy()["status"]["availableReplicas"] = 0;
  lists_["/api/v1/namespaces/default/pods"][0]["status"].erase("containerStatuses");
  EXPECT_THAT(stale_now(), UnorderedElementsAre("Deployment default/web: 0 of 1 pods are available",
                                                HasSubstr("runs nothing yet")));
  EXPECT_TRUE(may_pass_);
  objects_[0].body["spec"].erase("replicas");
  EXPECT_THAT(stale_now(), IsEmpty());
}

TEST_F(FreshnessTest, OneThatWasEvictedRunsNothing) {
  healthy();
  pod("web-1-a", kOld, labelled(owned_by("apps/v1", "ReplicaSet", "web-1")), "Failed");
  EXPECT_THAT(stale_now(), IsEmpty());
}

TEST_F(FreshnessTest, PodsThatNobodyOwns) {
  healthy();
  pod("left", kOld, {{"labels", {{"app", "web"}}}});
  EXPECT_THAT(stale_now(),
              ElementsAre("pod default/left belongs to no component, but is selected like those of "
                          "Deployment default/web: kubectl -n default delete pod left"));
  lists_["/api/v1/namespaces/default/pods"][1]["metadata"]["labels"] = {{"tier", "front"}};
  objects_.push_back({"v1", "Service", "front", "default", {{"spec", {{"selector", {{"tier", "front"}}}}}}});
  EXPECT_THAT(stale_now(),
              ElementsAre("pod default/left belongs to no component, but Service front leads to it: "
                          "kubectl -n default delete pod left"));
  lists_["/api/v1/namespaces/default/pods"][1]["status"]["containerStatuses"][0]["imageID"] = kNew;
  objects_.push_back({"v1", "Pod", "left", "default", {{"spec", spec(kNew)}}});
  EXPECT_THAT(stale_now(), IsEmpty()) << "it is a component's own";
}

TEST_F(FreshnessTest, APodWhoseImageChangedInPlace) {
  // The kubelet has not started the container anew, or never will: restartPolicy is Never.
  workload("v1", "Pod", "/none", Json{{"metadata", meta("unused")}}, made_of(kNew));
  auto& there = pod("web", kOld, {{"annotations", {{kTemplateAnnotation, "h2"}}}});
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web runs localhost:5001/web@sha256:11 in container web, "
                                       "not localhost:5001/web@sha256:22"));
  there["status"]["containerStatuses"][0]["imageID"] = kNew;
  EXPECT_THAT(stale_now(), IsEmpty());
  there["status"]["phase"] = "Succeeded";
  EXPECT_THAT(stale_now(), IsEmpty());
  there["metadata"]["annotations"][kTemplateAnnotation] = "h1";
  EXPECT_THAT(stale_now(), ElementsAre("Pod default/web was made from another template"))
      << "its configuration was another";
}

TEST_F(FreshnessTest, AJobRanWhatWasBuilt) {
  job();
  const Json own = {{"annotations", {{kTemplateAnnotation, "h2"}}}};
  auto more = owned_by("batch/v1", "Job", "web");
  more.update(own);
  pod("web-x", kOld, more, "Succeeded");
  EXPECT_THAT(stale_now(), ElementsAre(HasSubstr("runs localhost:5001/web@sha256:11")));
  lists_["/api/v1/namespaces/default/pods"][0]["status"]["containerStatuses"][0]["imageID"] = kNew;
  pod("web-y", "", more, "Failed");  // one that was evicted before it ran
  EXPECT_THAT(stale_now(), IsEmpty());
  auto of_before = owned_by("batch/v1", "Job", "web", "the one before");
  of_before.update(own);
  pod("web-z", kNew, of_before)["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web-z is still ending"));
}

TEST_F(FreshnessTest, AJobThatIsDeletedOnceItIsDone) {
  job();
  lists_.clear();
  EXPECT_THAT(stale_now(), ElementsAre("Job default/web is missing"));
  objects_[0].body["spec"]["ttlSecondsAfterFinished"] = 0;
  EXPECT_THAT(stale_now(), IsEmpty());
}

TEST_F(FreshnessTest, AJobThatFailed) {
  job({{"conditions",
        {{{"type", "Failed"},
          {"status", "True"},
          {"reason", "BackoffLimitExceeded"},
          {"message", "too often"}}}}});
  EXPECT_THAT(stale_now(), ElementsAre("Job default/web: the job failed: BackoffLimitExceeded: too often"));
  EXPECT_FALSE(may_pass_);
}

TEST_F(FreshnessTest, JobsThatACronJobStarted) {
  const Json jobs = {{"spec", {{"jobTemplate", {{"spec", {{"template", made_of(kNew)}}}}}}}};
  Json cron = jobs;
  cron["metadata"] = meta("web");
  workload("batch/v1", "CronJob", "/apis/batch/v1/namespaces/default/cronjobs", cron, jobs);
  const auto owner = owned_by("batch/v1", "CronJob", "web");
  add("/apis/batch/v1/namespaces/default/jobs",
      {{"metadata", meta("web-1", owner)}, {"spec", {{"template", made_of(kNew)}}}});
  EXPECT_THAT(stale_now(), IsEmpty());
  add("/apis/batch/v1/namespaces/default/jobs",
      {{"metadata", meta("web-0", owner)}, {"spec", {{"template", made_of(kOld, "h1")}}}});
  auto more = owned_by("batch/v1", "Job", "web-0");
  more["annotations"] = {{kTemplateAnnotation, "h1"}};
  pod("web-0-x", kOld, more);
  EXPECT_THAT(stale_now(),
              UnorderedElementsAre("CronJob default/web has started job web-0 from an older template",
                                   "pod default/web-0-x is of an older revision"));
}

TEST_F(FreshnessTest, AJobThatTheScheduleStartsJustNow) {
  const Json jobs = {{"spec", {{"jobTemplate", {{"spec", {{"template", made_of(kNew)}}}}}}}};
  Json cron = jobs;
  cron["metadata"] = meta("web");
  workload("batch/v1", "CronJob", "/apis/batch/v1/namespaces/default/cronjobs", cron, jobs);
  add("/apis/batch/v1/namespaces/default/jobs",
      {{"metadata", meta("web-1", owned_by("batch/v1", "CronJob", "web"))},
       {"spec", {{"template", made_of(kNew)}}}});
  auto more = owned_by("batch/v1", "Job", "web-1");
  more["annotations"] = {{kTemplateAnnotation, "h2"}};
  auto& started = pod("web-1-x", kNew, more);
  started["status"].erase("containerStatuses");
  EXPECT_THAT(stale_now(), IsEmpty()) << "it will run what it is told to";
  started["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_THAT(stale_now(), IsEmpty()) << "the schedule's next job replaces it";
  started["spec"] = spec(kOld);
  EXPECT_THAT(stale_now(), ElementsAre(HasSubstr("pod default/web-1-x runs nothing yet")))
      << "somebody changes images on their way";
}

TEST_F(FreshnessTest, AReplicaSetKeepsItsOldPods) {
  const Json body = {
      {"spec",
       {{"replicas", 1}, {"selector", {{"matchLabels", {{"app", "web"}}}}}, {"template", made_of(kNew)}}}};
  Json set = body;
  set["metadata"] = meta("web", {{"generation", 2}});
  set["status"] = {{"observedGeneration", 2}, {"replicas", 1}, {"availableReplicas", 1}};
  workload("apps/v1", "ReplicaSet", "/apis/apps/v1/namespaces/default/replicasets", set, body);
  auto more = labelled(owned_by("apps/v1", "ReplicaSet", "web"));
  more["annotations"] = {{kTemplateAnnotation, "h1"}};
  pod("web-x", kNew, more);
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web-x is of an older revision"));
}

TEST_F(FreshnessTest, ADaemonSetByItsNewestRevision) {
  const Json body = {
      {"spec", {{"selector", {{"matchLabels", {{"app", "web"}}}}}, {"template", {{"spec", spec(kNew)}}}}}};
  Json set = body;
  set["metadata"] = meta("web", {{"generation", 2}});
  set["status"] = {{"observedGeneration", 2},
                   {"desiredNumberScheduled", 1},
                   {"currentNumberScheduled", 1},
                   {"updatedNumberScheduled", 1},
                   {"numberAvailable", 1}};
  workload("apps/v1", "DaemonSet", "/apis/apps/v1/namespaces/default/daemonsets", set, body);
  for (int number : {9, 10}) {
    auto more = owned_by("apps/v1", "DaemonSet", "web");
    more["labels"] = {{"controller-revision-hash", "r" + std::to_string(number)}};
    add("/apis/apps/v1/namespaces/default/controllerrevisions",
        {{"metadata", meta("web-" + std::to_string(number), more)}, {"revision", number}});
  }
  auto more = owned_by("apps/v1", "DaemonSet", "web");
  more["labels"] = {{"app", "web"}, {"controller-revision-hash", "r10"}};
  auto& there = pod("web-x", kNew, more);
  EXPECT_THAT(stale_now(), IsEmpty());
  there["metadata"]["labels"]["controller-revision-hash"] = "r9";
  EXPECT_THAT(stale_now(), ElementsAre("pod default/web-x is of an older revision"));
}

TEST_F(FreshnessTest, AnImageThatWasPulledByTwoDigests) {
  healthy("localhost:5001/web@sha256:33");
  EXPECT_THAT(stale_now(), ElementsAre(HasSubstr("runs localhost:5001/web@sha256:33")));
  configs_ = {{kNew, {"sha256:c"}},
              {"localhost:5001/web@sha256:33",
               {"sha256:b", "sha256:c"}}};  // an index, with a manifest for each platform
  EXPECT_THAT(stale_now(), IsEmpty());
}

}  // namespace
}  // namespace harness
