// deploy/deployer.cc against an API in the test: how a stuck rollout ends, -wait-anyway, and Ctrl-C while a
// call is not answered.
#include "deploy/deployer.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "support/errors.h"
#include "support/http_server.h"
#include "support/kubeconfig.h"
#include "support/processes.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;
using std::chrono::seconds;
using std::chrono::steady_clock;

const std::string kDeployments = "/apis/apps/v1/namespaces/ns/deployments";

class DeployerTest : public testing::Test, protected WithKubeconfig {
 protected:
  DeployerTest() {
    const Json set = {{"metadata",
                       {{"name", "web-a"},
                        {"namespace", "ns"},
                        {"uid", "a"},
                        {"annotations", {{"deployment.kubernetes.io/revision", "1"}}},
                        {"ownerReferences", {owner("Deployment", "web", "w")}}}}};
    show("/apis/apps/v1/namespaces/ns/replicasets", {{"items", Json::array({set})}});
    api_.emplace(kubeconfig(server_), seconds(20), std::stop_token());
  }

  /// What a watch or a GET shows at `path`: one object.
  void show(const std::string& path, const Json& object) { objects_[path] = object; }
  Json deployment(int available) const {
    return {{"metadata",
             {{"name", "web"},
              {"namespace", "ns"},
              {"uid", "w"},
              {"generation", generation_},
              {"annotations", {{"deployment.kubernetes.io/revision", "1"}}}}},
            {"spec",
             {{"replicas", 1},
              {"selector", {{"matchLabels", {{"app", "web"}}}}},
              {"template", {{"spec", Json::object()}}}}},
            {"status",
             {{"observedGeneration", generation_},
              {"replicas", 1},
              {"updatedReplicas", 1},
              {"availableReplicas", available}}}};
  }
  static Json owner(const char* kind, const char* name, const char* uid) {
    return {{"apiVersion", "apps/v1"}, {"kind", kind}, {"name", name}, {"uid", uid}, {"controller", true}};
  }
  static Json pod(const Json& state, int restarts) {
    return {{"metadata",
             {{"name", "web-1"},
              {"namespace", "ns"},
              {"uid", "p"},
              {"ownerReferences", {owner("ReplicaSet", "web-a", "a")}}}},
            {"status",
             {{"containerStatuses", {{{"name", "web"}, {"restartCount", restarts}, {"state", state}}}}}}};
  }

  void answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
    const auto path = request.target.substr(0, request.target.find('?'));
    if (path == "/readyz") return answer.reply(200, "ok");
    if (!silent_at_.empty() && request.target.find(silent_at_) != std::string::npos) {
      reached_ = true;
      return answer.wait_for_close();
    }
    if (path == "/apis/apps/v1")
      return answer.reply(200,
                          R"({"resources":[{"name":"deployments","kind":"Deployment","namespaced":true}]})");
    if (path == "/api/v1")
      return answer.reply(200, R"({"resources":[{"name":"secrets","kind":"Secret","namespaced":true}]})");
    if (path.ends_with("/secrets/login"))
      return answer.reply(
          422,
          R"({"message": ".data.pin: expected string, got &value.valueUnstructured{Value:83127}; \"hunter2\" is no base64"})");
    if (path.ends_with("/log")) return answer.reply(200, log_);
    if (request.method == "PATCH") return answer.reply(200, deployment(0).dump());
    const bool is_watch = request.target.find("watch=true") != std::string::npos;
    if (!is_watch && (path.ends_with("/deployments") || path.ends_with("/pods") ||
                      path.ends_with("/events") || path.ends_with("/nodes")))
      return answer.reply(
          200, objects_[path].contains("items")
                   ? objects_[path].dump()
                   : Json{{"items", objects_[path].is_null() ? Json::array() : Json::array({objects_[path]})}}
                         .dump());
    if (!is_watch)
      return objects_.contains(path) ? answer.reply(200, objects_[path].dump()) : answer.reply(404, "{}");
    std::string events;
    if (objects_.contains(path)) events = Json{{"type", "ADDED"}, {"object", objects_[path]}}.dump() + "\n";
    answer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + events);
    answer.wait_for_close();
  }

  void deploy(bool anyway, seconds timeout, std::stop_token stop = {}, const std::vector<Object>& more = {}) {
    const Waiting waiting{.deadline = steady_clock::now() + timeout,
                          .anyway = anyway,
                          .on_progress = [](const std::string&) {},
                          .on_trouble = [&](const Diagnosis& one) { said_.push_back(one.cause); }};
    std::vector<Object> web{
        {"apps/v1", "Deployment", "web", "ns", {{"kind", "Deployment"}, {"metadata", {{"name", "web"}}}}}};
    web.insert(web.end(), more.begin(), more.end());
    const Deployer deployer(*api_);
    deployer.wait(deployer.apply(web, false, waiting, stop), waiting, stop);
  }

  std::map<std::string, Json> objects_;
  std::string silent_at_, log_ = "no such file\n";
  std::atomic<bool> reached_ = false;
  int generation_ = 1;
  std::vector<std::string> said_;
  HttpServer server_{[this](const auto& request, auto& reply) { answer(request, reply); }};
  std::optional<KubeApi> api_;
};

const Json kCrashed = {{"terminated", {{"exitCode", 3}, {"reason", "Error"}}}};

TEST_F(DeployerTest, WhatASecretHoldsIsNotRepeated) {
  const Object secret{
      "v1", "Secret", "login", "ns", {{"data", {{"pin", 83127}}}, {"stringData", {{"password", "hunter2"}}}}};
  const auto error = error_of(
      [&] { Deployer(*api_).apply({secret}, false, {.deadline = steady_clock::now() + seconds(5)}, {}); });
  EXPECT_EQ(
      std::string(error.what()),
      "cannot apply Secret login: .data.pin: expected string, got &value.valueUnstructured{Value:(hidden)}; "
      "\"(hidden)\" is no base64");
}

TEST_F(DeployerTest, AStuckRolloutEndsAtOnceWithItsEvidence) {
  show(kDeployments, deployment(0));
  show("/api/v1/namespaces/ns/pods", pod(kCrashed, 1));
  const auto began = steady_clock::now();
  const auto error = error_of([&] { deploy(false, seconds(60)); });
  EXPECT_STREQ(error.what(), "Deployment web cannot start: pod web-1: container web crashes at every start");
  EXPECT_EQ(error.details.output_tail, "exit code 3, ended 2 times\nlast log lines of web-1:\nno such file");
  EXPECT_EQ(error.details.exit_code, kDeploy);
  EXPECT_LT(steady_clock::now() - began, seconds(5));
  EXPECT_TRUE(said_.empty()) << "once, as the error";
}

TEST_F(DeployerTest, WhatWouldServeAnotherObjectCrashes) {
  show(kDeployments, deployment(0));
  show("/api/v1/namespaces/ns/pods", pod(kCrashed, 1));
  const auto began = steady_clock::now();
  const auto error = error_of([&] {
    deploy(false, seconds(60), {}, {{"example.com/v1", "Thing", "one", "ns", {{"kind", "Thing"}}}});
  });
  EXPECT_STREQ(error.what(), "Deployment web cannot start: pod web-1: container web crashes at every start");
  EXPECT_LT(steady_clock::now() - began, seconds(20));
}

TEST_F(DeployerTest, WaitAnywaySaysItOnceAndGoesOnUntilTheTimeout) {
  show(kDeployments, deployment(0));
  show("/api/v1/namespaces/ns/pods", pod(kCrashed, 1));
  const auto error = error_of([&] { deploy(true, seconds(3)); });
  EXPECT_THAT(said_, ElementsAre("pod web-1: container web crashes at every start"));
  EXPECT_THAT(error.what(),
              HasSubstr("is not ready in time: 0 of 1 pods are available: pod web-1: container web crashes"));
}

TEST_F(DeployerTest, WhatIsReadyIsNotLookedAt) {
  show(kDeployments, deployment(1));
  show("/api/v1/namespaces/ns/pods", {{"items", Json::array()}, {"metadata", Json::object()}});
  deploy(false, seconds(60));
  EXPECT_EQ(server_.count("GET /api/v1/nodes"), 0u);
}

TEST_F(DeployerTest, APodThatIsStillEndingIsWaitedFor) {
  show(kDeployments, deployment(1));
  auto ending = pod({{"running", Json::object()}}, 0);
  ending["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  show("/api/v1/namespaces/ns/pods", ending);
  EXPECT_THAT(error_of([&] { deploy(false, seconds(1)); }).what(),
              HasSubstr("pod web-1 of an older revision does not end in time"));
  objects_.erase("/api/v1/namespaces/ns/pods");
  deploy(false, seconds(20));
}

TEST_F(DeployerTest, APodThatHasEndedIsNotWaitedForWhateverKeepsItsObject) {
  show(kDeployments, deployment(1));
  auto ended = pod({{"terminated", {{"exitCode", 0}}}}, 0);
  ended["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  ended["metadata"]["finalizers"] = {"example.com/kept"};
  ended["status"]["phase"] = "Succeeded";
  show("/api/v1/namespaces/ns/pods", ended);
  deploy(false, seconds(20));
}

TEST_F(DeployerTest, ANodeThatTakesNoPodsSinceKubeProxyFindsNoFiles) {
  show("/api/v1/nodes",
       {{"items",
         {{{"metadata", {{"name", "node"}}},
           {"spec", Json::object()},
           {"status",
            {{"conditions", {{{"type", "Ready"}, {"status", "False"}, {"reason", "KubeletNotReady"}}}}}}}}}});
  auto proxy = pod(kCrashed, 1);
  proxy["metadata"]["name"] = "kube-proxy-x";
  show("/api/v1/namespaces/kube-system/pods", {{"items", {proxy}}});
  log_ =
      R"(E1128 05:47:49.678120   32269 run.go:72] "command failed" err="failed complete: too many open files")";
  const auto error =
      error_of([&] { Deployer(*api_).wait_for_nodes({.deadline = steady_clock::now() + seconds(30)}, {}); });
  EXPECT_STREQ(error.what(),
               "Kubernetes' own pod kube-proxy-x: container web cannot run: the machine's inotify instances "
               "are used up");
  EXPECT_EQ(error.details.output_tail, log_);
  EXPECT_THAT(error.details.hint, HasSubstr("sysctl -w fs.inotify.max_user_instances=512"));
}

TEST_F(DeployerTest, AStopIsNotHeldUpByACallThatIsNotAnswered) {
  show(kDeployments, deployment(0));
  show("/api/v1/namespaces/ns/pods", pod({{"waiting", {{"reason", "ContainerCreating"}}}}, 0));
  for (const char* call : {"/apis/apps/v1", "fieldManager", "deployments?watch", "pods?watch", "replicasets?",
                           "/api/v1/nodes"}) {
    silent_at_ = call;
    reached_ = false;
    api_.emplace(kubeconfig(server_), seconds(20), std::stop_token());
    std::stop_source stop;
    steady_clock::time_point asked;
    const std::jthread stopper([&] {
      EXPECT_TRUE(eventually([&] { return reached_.load(); })) << call;
      asked = steady_clock::now();
      stop.request_stop();
    });
    EXPECT_THROW(deploy(false, seconds(60), stop.get_token()), Cancelled) << call;
    EXPECT_LT(steady_clock::now() - asked, seconds(2)) << call;
  }
}

}  // namespace
}  // namespace harness
