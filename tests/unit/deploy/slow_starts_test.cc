// deploy/diagnosis.cc: a start that is slow and healthy is never called stuck. Each seed is one start, made
// of troubles that pass by themselves.
#include <gtest/gtest.h>

#include <random>

#include "deploy/diagnosis.h"

namespace harness {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

Json waiting(const std::string& reason, const std::string& message = "") {
  return {{"waiting", {{"reason", reason}, {"message", message}}}};
}
Json terminated(int code) {
  return {{"terminated", {{"exitCode", code}, {"reason", code ? "Error" : "Completed"}}}};
}
const Json kRunning = {{"running", Json::object()}};

/// A start as the API shows it, step by step. Time is that of the test.
class Start {
 public:
  explicit Start(unsigned seed) : random_(seed) {
    pod_ = {{"metadata", {{"name", "web-1"}, {"namespace", "ns"}, {"uid", "u1"}}},
            {"spec",
             {{"nodeName", "node"},
              {"containers", {{{"name", "web"}, {"resources", {{"requests", {{"cpu", "1"}}}}}}}}}},
            {"status", {{"phase", "Pending"}, {"conditions", {{{"type", "Ready"}, {"status", "False"}}}}}}};
    scene_.workload = {{"metadata", {{"name", "web"}, {"namespace", "ns"}, {"uid", "w1"}, {"generation", 1}}},
                       {"status", {{"observedGeneration", 1}}}};
    // Of a revision before, and of the pod of another component.
    event("FailedMount", "MountVolume.SetUp failed: configmap \"old\" not found", "u0");
    event("FailedCreate", "exceeded quota: q, requested: cpu=1", "w0");
    scene_.get = [this](const std::string& path) {
      return objects_.contains(path) ? objects_.at(path) : Json();
    };
    scene_.log = [this](auto, auto) { return log_; };
    objects_["/api/v1/nodes"] = {{"items", {node(true)}}};
    objects_["/api/v1/namespaces/ns/configmaps/c"] = Json::object();
  }

  /// Everything that may happen on the way, in its order; each with a chance.
  void run() {
    maybe([&] { refused_for_a_moment(); });
    scene_.pods = {pod_};
    stay(100, 500);
    maybe([&] { unschedulable_for_a_moment(); });
    maybe([&] { no_room_until_another_pod_has_ended(); });
    maybe([&] { volume_bound_late(); });
    maybe([&] { node_still_starts(); });
    maybe([&] { node_not_ready_for_a_moment(); });
    status(waiting("ContainerCreating"));
    stay(500, 90000);
    maybe([&] { mount_tried_twice(); });
    maybe([&] { registry_restarts(); });
    maybe([&] { configuration_comes_late(); });
    maybe([&] { init_container(); });
    maybe([&] { one_crash(); });
    maybe([&] { two_crashes_until_another_is_up(); });
    status(kRunning);
    log_ = "loading 1 of 9\nno error so far\n";
    maybe([&] { right_comes_late(); });
    maybe([&] { probe_fails_for_long(); });
    stay(1000, 60000);
    for (auto& one : scene_.pods) {
      one["status"]["conditions"][0]["status"] = "True";
      one["status"]["containerStatuses"][0]["ready"] = true;
    }
    stay(1000, 5000);
  }

  std::vector<std::string> called_stuck;
  int steps = 0;

 private:
  template <typename Step>
  void maybe(Step step) {
    if (between(0, 2) == 0) step(), ++steps;
  }
  int between(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

  /// Looks at it every 300 ms for as long, as the harness does.
  void stay(int from_ms, int to_ms) {
    for (const auto end = now_ + milliseconds(between(from_ms, to_ms)); now_ < end; now_ += milliseconds(300))
      for (const auto& one : patience_.believe(diagnose(scene_), now_))
        if (!one.may_pass) called_stuck.push_back(one.cause + ": " + one.evidence);
  }

  void status(const Json& state, int restarts = 0) {
    Json one = {
        {"name", "web"}, {"image", "web:1"}, {"ready", false}, {"restartCount", restarts}, {"state", state}};
    scene_.pods[0]["status"]["containerStatuses"] = {one};
  }
  void event(const std::string& reason, const std::string& message, const std::string& uid = "u1") {
    scene_.events.push_back({{"reason", reason},
                             {"message", message},
                             {"involvedObject", {{"uid", uid}, {"fieldPath", "spec.containers{web}"}}}});
  }
  void unscheduled(const std::string& message) {
    scene_.pods[0]["status"]["conditions"][1] = {
        {"type", "PodScheduled"}, {"status", "False"}, {"reason", "Unschedulable"}, {"message", message}};
    scene_.pods[0]["spec"].erase("nodeName");
  }
  void scheduled() {
    scene_.pods[0]["status"]["conditions"].erase(1);
    scene_.pods[0]["spec"]["nodeName"] = "node";
  }
  static Json node(bool ready) {
    return {{"metadata", {{"name", "node"}, {"labels", Json::object()}}},
            {"status",
             {{"allocatable", {{"cpu", "2"}}},
              {"conditions", {{{"type", "Ready"}, {"status", ready ? "True" : "Unknown"}}}}}}};
  }

  void refused_for_a_moment() {
    scene_.workload["status"]["conditions"] = {
        {{"type", "ReplicaFailure"},
         {"status", "True"},
         {"message", "error looking up service account ns/web: serviceaccount \"web\" not found"}}};
    stay(300, 2400);
    scene_.workload["status"].erase("conditions");
  }
  void unschedulable_for_a_moment() {
    unscheduled("0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.");
    stay(300, 2400);
    scheduled();
  }
  void no_room_until_another_pod_has_ended() {
    objects_["/api/v1/pods"] = {
        {"items",
         {{{"metadata", {{"name", "old"}, {"deletionTimestamp", "2026-01-01T00:00:00Z"}}},
           {"spec",
            {{"nodeName", "node"},
             {"containers", {{{"resources", {{"requests", {{"cpu", "1500m"}}}}}}}}}}}}}};
    unscheduled("0/1 nodes are available: 1 Insufficient cpu.");
    stay(1000, 30000);
    scheduled();
  }
  void volume_bound_late() {
    scene_.pods[0]["spec"]["volumes"] = {{{"name", "v"}, {"persistentVolumeClaim", {{"claimName", "data"}}}}};
    objects_["/api/v1/namespaces/ns/persistentvolumeclaims/data"] = {
        {"metadata", {{"name", "data"}, {"uid", "c1"}}},
        {"spec", {{"storageClassName", "standard"}}},
        {"status", {{"phase", "Pending"}}}};
    objects_["/apis/storage.k8s.io/v1/storageclasses/standard"] = {{"metadata", {{"name", "standard"}}}};
    unscheduled("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.");
    stay(1000, 40000);
    scheduled();
  }
  void node_still_starts() {
    auto starting = node(false);
    starting["status"]["conditions"][0] = {
        {"type", "Ready"}, {"status", "False"}, {"message", "cni plugin not initialized"}};
    objects_["/api/v1/nodes"] = {{"items", {starting}}};
    stay(1000, 60000);
    objects_["/api/v1/nodes"] = {{"items", {node(true)}}};
  }
  void node_not_ready_for_a_moment() {
    objects_["/api/v1/nodes"] = {{"items", {node(false)}}};
    stay(300, 2400);
    objects_["/api/v1/nodes"] = {{"items", {node(true)}}};
  }
  void mount_tried_twice() {
    event("FailedMount",
          "MountVolume.SetUp failed for volume \"c\": failed to sync configmap cache: timed out waiting for "
          "the condition");
    event("FailedMount",
          "MountVolume.SetUp failed for volume \"c\" : configmap \"c\" not found");  // it has come since
    stay(1000, 60000);
  }
  void registry_restarts() {
    status(waiting("ErrImagePull",
                   "failed to pull and unpack image: dial tcp 10.0.0.1:5000: connect: connection refused"));
    stay(300, 1000);
    status(
        waiting("ImagePullBackOff", "Back-off pulling image: failed to pull: connect: connection refused"));
    stay(9000, 12000);
  }
  void configuration_comes_late() {
    status(waiting("CreateContainerConfigError", "configmap \"late\" not found"));
    stay(300, 2400);
  }
  void init_container() {
    scene_.pods[0]["status"]["initContainerStatuses"] = {
        {{"name", "migrate"}, {"restartCount", 0}, {"state", kRunning}, {"ready", false}}};
    status(waiting("PodInitializing"));
    stay(1000, 120000);
    scene_.pods[0]["status"]["initContainerStatuses"] = {
        {{"name", "migrate"}, {"restartCount", 0}, {"state", terminated(0)}, {"ready", true}}};
  }
  void one_crash() {
    log_ = "panic: lost a race\n";
    status(terminated(2));
    stay(300, 1500);
    status(kRunning, 1);
    stay(300, 1500);
  }
  void two_crashes_until_another_is_up() {
    log_ = "dial tcp: lookup db on 10.96.0.10:53: no such host\n";
    objects_
        ["/apis/discovery.k8s.io/v1/namespaces/kube-system/"
         "endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkube-dns"] = {
            {"items", {{{"endpoints", {{{"conditions", {{"ready", true}}}}}}}}}};
    for (int restarts : {0, 1}) {
      status(terminated(1), restarts);
      stay(300, 900);
    }
    auto backs_off = waiting("CrashLoopBackOff", "back-off 10s");
    status(backs_off, 1);
    scene_.pods[0]["status"]["containerStatuses"][0]["lastState"] = terminated(1);
    stay(8000, 10000);
    status(kRunning, 2);
    stay(300, 1500);
  }
  void right_comes_late() {
    log_ =
        "User \"system:serviceaccount:ns:web\" cannot list resource \"pods\" in API group \"\" in the "
        "namespace \"ns\"\n";
    scene_.ask = [](auto, auto) { return Json{{"status", {{"allowed", false}}}}; };
    stay(300, 2400);
    scene_.ask = [](auto, auto) { return Json{{"status", {{"allowed", true}}}}; };
    stay(1000, 20000);
  }
  void probe_fails_for_long() {
    const char* const answers[] = {
        "HTTP probe failed with statuscode: 503", "HTTP probe failed with statuscode: 404",
        "Get \"http://10.0.0.1:80/\": dial tcp 10.0.0.1:80: connect: connection refused",
        "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"};
    event("Unhealthy",
          std::string(between(0, 1) ? "Readiness" : "Startup") + " probe failed: " + answers[between(0, 3)]);
    stay(1000, 240000);
  }

  std::mt19937 random_;
  Json pod_;
  Scene scene_;
  std::map<std::string, Json> objects_;
  std::string log_;
  Patience patience_;
  Patience::Time now_{};
};

class SlowStartTest : public testing::TestWithParam<unsigned> {};

TEST_P(SlowStartTest, IsNeverCalledStuck) {
  Start start(GetParam());
  start.run();
  EXPECT_TRUE(start.called_stuck.empty()) << start.called_stuck[0];
}

INSTANTIATE_TEST_SUITE_P(Seeds, SlowStartTest, testing::Range(0u, 100u));

TEST(SlowStartSeedsTest, TheSeedsHaveTroublesEnough) {
  int steps = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    Start start(seed);
    start.run();
    steps += start.steps;
  }
  EXPECT_GT(steps, 300);
}

}  // namespace
}  // namespace harness
