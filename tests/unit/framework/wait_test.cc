// framework/wait.h: what each wait takes for the end, and what it says where that does not come.
#include "framework/wait.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "fake_api.h"
#include "framework/pod_state.h"
#include "this_program.h"

using namespace std::chrono_literals;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

namespace {

const test::Ref kPod{.kind = "Pod", .name_space = "a", .name = "p"};
const test::Ref kDeployment{.api_version = "apps/v1", .kind = "Deployment", .name_space = "a", .name = "web"};
const test::Ref kJob{.api_version = "batch/v1", .kind = "Job", .name_space = "a", .name = "j"};
const std::string kPods = "/api/v1/namespaces/a/pods/", kWeb = "/apis/apps/v1/namespaces/a/deployments/web",
                  kJobPath = "/apis/batch/v1/namespaces/a/jobs/j";

json pod(const std::string& phase, const std::string& waiting = "", int restarts = 0) {
  json container = {{"name", "c"}, {"restartCount", restarts}};
  if (!waiting.empty()) container["state"]["waiting"] = {{"reason", waiting}, {"message", "why"}};
  return {{"metadata", json::object()},
          {"status", {{"phase", phase}, {"containerStatuses", json::array({container})}}}};
}

json with_condition(json object, const std::string& type, const std::string& reason = "") {
  object["status"]["conditions"].push_back(
      {{"type", type}, {"status", "True"}, {"reason", reason}, {"message", "m"}});
  return object;
}

json job() { return {{"metadata", json::object()}, {"status", {{"active", 1}}}}; }

/// Of one replica, with the second version just asked for.
json deployment(int updated, int available, int observed = 2) {
  return {{"apiVersion", "apps/v1"},
          {"kind", "Deployment"},
          {"metadata",
           {{"namespace", "a"},
            {"generation", 2},
            {"annotations", {{"deployment.kubernetes.io/revision", "2"}}}}},
          {"spec", {{"replicas", 1}, {"selector", {{"matchLabels", {{"app", "web"}}}}}}},
          {"status",
           {{"observedGeneration", observed},
            {"replicas", 1},
            {"updatedReplicas", updated},
            {"availableReplicas", available}}}};
}

class WaitTest : public testing::Test {
 protected:
  WaitTest() { api_.reset(); }
  /// Does it once so many watches have begun.
  std::jthread meanwhile(std::function<void()> work, size_t watches = 1) {
    return std::jthread([this, work, enough = api_.watches() + watches](std::stop_token stop) {
      while (api_.watches() < enough && !stop.stop_requested()) std::this_thread::sleep_for(1ms);
      work();
    });
  }
  void pod_of(const std::string& set, const std::string& revision, const json& object) {
    api_.put("/apis/apps/v1/namespaces/a/replicasets/" + set,
             {{"metadata", {{"annotations", {{"deployment.kubernetes.io/revision", revision}}}}}});
    auto owned = object;
    owned["metadata"]["ownerReferences"] = json::array({{{"name", set}}});
    api_.put(kPods + set + "-x", owned);
  }
  FakeApi& api_ = FakeApi::get();
};

TEST_F(WaitTest, APodIsReadyOrEnded) {
  {
    const auto change = meanwhile([&] { api_.put(kPods + "p", with_condition(pod("Running"), "Ready")); });
    test::wait_until_pod_ready(kPod, 30s);
  }
  const auto change = meanwhile([&] { api_.put(kPods + "p", pod("Failed")); });
  EXPECT_EQ(test::wait_until_pod_ended(kPod, 30s), "Failed");
  EXPECT_THAT(message_of([] { test::wait_until_pod_ready(kPod, 30s); }),
              HasSubstr("Pod a/p ended before it was ready: Failed"));
}

TEST_F(WaitTest, APodThatCannotStartIsNotWaitedFor) {
  api_.put(kPods + "p", pod("Pending", "ContainerCreating"));
  api_.put("/api/v1/namespaces/a/events/e", {{"type", "Warning"},
                                             {"reason", "Failed"},
                                             {"message", "no such image"},
                                             {"involvedObject", {{"kind", "Pod"}, {"name", "p"}}}});
  const auto change = meanwhile([&] { api_.put(kPods + "p", pod("Pending", "ErrImagePull")); });
  EXPECT_EQ(message_of([] { test::wait_until_pod_ended(kPod, 30s); }),
            "Pod a/p cannot start: c: ErrImagePull (why)\nevents:\n  Warning Failed: no such image\n");
  EXPECT_EQ(test::why_it_cannot_start(pod("Running", "CrashLoopBackOff", 1)), "");
  EXPECT_EQ(test::why_it_cannot_start(pod("Running", "CrashLoopBackOff", 2)),
            "c: crashes at every start, exit code -1");
}

TEST_F(WaitTest, WhatWasLastSeenIsSaid) {
  EXPECT_EQ(message_of([] { test::wait_until_pod_ready(kPod, 100ms); }),
            "Pod a/p is not ready within 100 ms; last seen: not there");
  api_.put(kPods + "p", pod("Pending", "ContainerCreating"));
  EXPECT_EQ(message_of([] { test::wait_until_pod_ready(kPod, 100ms); }),
            "Pod a/p is not ready within 100 ms; last seen: Pending; c waits: ContainerCreating (why)");
}

TEST_F(WaitTest, ADeploymentIsCompleteWithItsNewestVersion) {
  api_.put(kWeb, deployment(1, 1, 1));  // of the version before
  const auto change = meanwhile(
      [&] {
        api_.put(kWeb, deployment(0, 1));
        api_.put(kWeb, deployment(1, 0));
        api_.put(kWeb, deployment(1, 1));
      },
      2);
  test::wait_until_deployment_complete(kDeployment, 30s);
}

TEST_F(WaitTest, ADeploymentWhosePodCannotStartIsNotWaitedFor) {
  api_.put(kWeb, deployment(1, 0));
  pod_of("old", "1", pod("Pending", "ImagePullBackOff"));  // of no consequence
  const auto change = meanwhile([&] { pod_of("new", "2", pod("Pending", "ErrImagePull")); }, 2);
  EXPECT_EQ(
      message_of([] { test::wait_until_deployment_complete(kDeployment, 30s); }),
      "Deployment a/web cannot be complete: Pod a/new-x cannot start: c: ErrImagePull (why)\nevents:\n");
}

TEST_F(WaitTest, ADeploymentThatGaveUpOrIsSlowSaysWhatItsPodsDo) {
  api_.put(kWeb, deployment(1, 0));
  api_.put(kPods + "p", pod("Pending", "ContainerCreating"));
  EXPECT_EQ(message_of([] { test::wait_until_deployment_complete(kDeployment, 300ms); }),
            "Deployment a/web is not complete within 300 ms; last seen: 1 of 1 replicas are new, 0 old, 0 "
            "available\n"
            "  Pod p: Pending; c waits: ContainerCreating (why)");
  api_.put(kWeb, with_condition(deployment(1, 0), "Progressing", "ProgressDeadlineExceeded"));
  EXPECT_THAT(message_of([] { test::wait_until_deployment_complete(kDeployment, 30s); }),
              HasSubstr("Deployment a/web gave up: m; last seen: 1 of 1"));
  api_.erase(kWeb);
  EXPECT_EQ(message_of([] { test::wait_until_deployment_complete(kDeployment, 30s); }),
            "Deployment a/web is not there");
}

TEST_F(WaitTest, AJobIsDoneOrItsPodCannotStart) {
  api_.put(kJobPath, job());
  {
    const auto change = meanwhile([&] { api_.put(kJobPath, with_condition(job(), "Complete")); }, 2);
    EXPECT_EQ(test::wait_until_job_done(kJob, 30s), "Succeeded");
  }
  api_.put(kJobPath, with_condition(job(), "Failed"));
  EXPECT_EQ(test::wait_until_job_done(kJob, 30s), "Failed");
  api_.put(kJobPath, job());
  const auto change = meanwhile([&] { api_.put(kPods + "j-x", pod("Pending", "InvalidImageName")); }, 2);
  EXPECT_THAT(message_of([] { test::wait_until_job_done(kJob, 30s); }),
              HasSubstr("Job a/j cannot be complete: Pod a/j-x cannot start: c: InvalidImageName"));
}

TEST_F(WaitTest, WhatIsGoneWasThereOrNot) {
  test::wait_until_gone(kPod, 30s);
  auto held = pod("Running");
  api_.put(kPods + "p", held);
  EXPECT_EQ(message_of([] { test::wait_until_gone(kPod, 100ms); }),
            "Pod a/p is not gone within 100 ms; last seen: there, and nobody deleted it");
  held["metadata"] = {{"finalizers", {"example.com/hold"}}, {"deletionTimestamp", "2026-01-01T00:00:00Z"}};
  api_.put(kPods + "p", held);
  EXPECT_THAT(message_of([] { test::wait_until_gone(kPod, 100ms); }),
              HasSubstr("being deleted, finalizers: [\"example.com/hold\"]"));
  const auto change = meanwhile([&] { api_.erase(kPods + "p"); });
  test::wait_until_gone(kPod, 30s);
}

TEST_F(WaitTest, WhatWentDuringAGapIsGone) {
  std::atomic<bool> there = false;
  const auto change = meanwhile([&] {
    api_.put(kPods + "p", pod("Running"));
    there.wait(false);
    api_.erase_in_a_gap(kPods + "p");
  });
  const auto last = test::wait_until(kPod, "gone", 30s, [&](const json& object, std::string&) {
    there = there || !object.is_null();
    there.notify_one();
    return there && object.is_null();
  });
  EXPECT_TRUE(last.is_null());
}

}  // namespace
