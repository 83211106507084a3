// cluster/restarted_nodes.cc: what the API shows of a node's pods after the node was started again.
#include "cluster/restarted_nodes.h"

#include <gmock/gmock.h>

#include <atomic>

#include "base/error.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/http_server.h"
#include "support/kubeconfig.h"
#include "support/processes.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

constexpr const char* kStart = "2026-11-28T05:37:43.219308529Z";
constexpr const char* kBefore = "2026-11-28T05:37:06Z";
constexpr const char* kAfter = "2026-11-28T05:37:53Z";

Json pod(const std::string& name_space, const Json& state, bool ready) {
  Json one = {{"metadata", {{"name", "one"}, {"namespace", name_space}, {"creationTimestamp", kBefore}}},
              {"spec", {{"nodeName", "node"}}},
              {"status",
               {{"phase", "Running"},
                {"conditions", {{{"type", "Ready"}, {"status", ready ? "True" : "False"}}}},
                {"containerStatuses", {{{"name", "web"}, {"state", state}}}}}}};
  if (name_space == "kube-system") one["spec"]["priorityClassName"] = "system-cluster-critical";
  return one;
}
Json running(const char* since) { return {{"running", {{"startedAt", since}}}}; }
std::string waited_for(const Json& one) { return pod_of_before({{"items", {one}}}, {{"node", kStart}}); }

TEST(RestartedNodesTest, APodAsItWasBefore) {
  EXPECT_EQ(waited_for(pod("default", running(kBefore), true)), "default/one");
  EXPECT_EQ(waited_for(pod("default", running(kAfter), true)), "");
  auto elsewhere = pod("default", running(kBefore), true);
  elsewhere["spec"]["nodeName"] = "other";
  EXPECT_EQ(waited_for(elsewhere), "");
  auto done = pod("default", running(kBefore), false);
  done["status"]["phase"] = "Succeeded";
  EXPECT_EQ(waited_for(done), "");
}

TEST(RestartedNodesTest, AServiceLeadsToWhereItsPodsAre) {
  Json one = pod("kube-system", running(kAfter), true);
  one["metadata"]["uid"] = "u";
  one["status"]["podIPs"] = Json::array({{{"ip", "10.244.0.9"}}, {{"ip", "fd00::9"}}});
  const auto list = [](const Json& item) { return Json{{"items", Json::array({item})}}; };
  const auto slice = [](const Json& endpoints) {
    return Json{{"metadata", {{"name", "dns"}, {"namespace", "kube-system"}}}, {"endpoints", endpoints}};
  };
  const auto waited_for = [&](const std::string& address, bool ready) {
    const Json endpoint = {{"addresses", Json::array({address})},
                           {"conditions", {{"ready", ready}}},
                           {"targetRef", {{"uid", "u"}}}};
    return endpoint_of_before(list(slice(Json::array({endpoint}))), list(one));
  };
  EXPECT_EQ(waited_for("10.244.0.9", true), "");
  EXPECT_EQ(waited_for("fd00::9", true), "");
  EXPECT_EQ(waited_for("10.244.0.5", true), "kube-system/dns") << "where the pod was before";
  EXPECT_EQ(waited_for("10.244.0.9", false), "kube-system/dns") << "the pod is ready";
  one["status"]["conditions"][0]["status"] = "False";
  EXPECT_EQ(waited_for("10.244.0.9", false), "") << "a rollout's matter";
  EXPECT_EQ(endpoint_of_before(list(slice(nullptr)), list(one)), "");
}

TEST(RestartedNodesTest, OneThatDoesNotRunYetIsARolloutsMatter) {
  EXPECT_EQ(waited_for(pod("default", {{"terminated", {{"finishedAt", kBefore}}}}, false)), "");
  EXPECT_EQ(waited_for(pod("default", running(kAfter), false)), "");
}

TEST(RestartedNodesTest, NothingOfANewClusterIsOfBefore) {
  auto one = pod("kube-system", running(kAfter), false);
  one["metadata"]["creationTimestamp"] = kAfter;
  EXPECT_EQ(waited_for(one), "");
}

TEST(RestartedNodesTest, WhatCrashesAgainAndAgainIsNotWaitedFor) {
  auto one = pod("kube-system", {{"waiting", {{"reason", "CrashLoopBackOff"}}}}, false);
  one["status"]["containerStatuses"][0]["restartCount"] = 2;
  EXPECT_EQ(waited_for(one), "kube-system/one");
  one["status"]["containerStatuses"][0]["restartCount"] = 3;
  EXPECT_EQ(waited_for(one), "");
}

TEST(RestartedNodesTest, KubernetesOwnPodsHaveToBeReady) {
  EXPECT_EQ(waited_for(pod("kube-system", running(kAfter), false)), "kube-system/one");
  EXPECT_EQ(waited_for(pod("kube-system", running(kAfter), true)), "");
  auto of_others = pod("kube-system", running(kAfter), false);
  of_others["spec"].erase("priorityClassName");
  EXPECT_EQ(waited_for(of_others), "");
}

/// An API whose pod is as it was before until it was asked for `late` times.
class RestartedNodesWaitTest : public testing::Test, protected WithKubeconfig {
 protected:
  RestartedNodesWaitTest() {
    files_.write("bin/docker",
                 "#!/bin/sh\necho \"$*\" >> " + (files_ / "calls").string() + "\necho " + kStart + "\n",
                 0755);
    api_.emplace(kubeconfig(server_), std::chrono::seconds(20), std::stop_token());
  }
  void wait(std::vector<Node> nodes, std::chrono::seconds deadline) {
    look_up_starts(nodes, {});
    wait_for_restarted_nodes(*api_, nodes, deadline, [&](const std::string& text) { said_.push_back(text); },
                             {});
  }

  const ScopedVariable path_{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"};
  std::atomic<int> asked_ = 0, late_ = 2;
  HttpServer server_{[this](const auto& request, auto& answer) {
    if (request.target == "/readyz") return answer.reply(200, "ok");
    if (request.target.ends_with("/endpointslices")) return answer.reply(200, R"({"items": []})");
    answer.reply(
        200, Json{{"items", {pod("default", running(++asked_ > late_ ? kAfter : kBefore), true)}}}.dump());
  }};
  std::optional<KubeApi> api_;
  std::vector<std::string> said_;
};

TEST_F(RestartedNodesWaitTest, NothingIsAskedOfNodesThatRunForLong) {
  wait({{.name = "node", .state = "running"}}, std::chrono::seconds(0));
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(text_of(files_ / "calls"), "");
}

TEST_F(RestartedNodesWaitTest, ReturnsOnceNoPodIsOfBefore) {
  wait({{.name = "node", .state = "running", .is_new_start = true}}, std::chrono::seconds(20));
  EXPECT_EQ(asked_, 3);
  EXPECT_THAT(said_, ElementsAre("until pod default/one runs again", "until pod default/one runs again"));
}

TEST_F(RestartedNodesWaitTest, SaysWhichPodDoesNotRunAgain) {
  late_ = 1000;
  const auto error = error_of(
      [&] { wait({{.name = "node", .state = "running", .is_new_start = true}}, std::chrono::seconds(0)); });
  EXPECT_THAT(
      error.what(),
      HasSubstr("node node was restarted, and this did not happen in time: pod default/one runs again"));
  EXPECT_EQ(error.details.exit_code, kCluster);
}

}  // namespace
}  // namespace harness
