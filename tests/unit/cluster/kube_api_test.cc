// cluster/kube_api.cc against a server in the test: the fake kubectl's proxy is a link to its socket.
#include "cluster/kube_api.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/http_server.h"
#include "support/processes.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

class KubeApiTest : public testing::Test {
 protected:
  KubeApiTest() {
    fake_kubectl("ln -s " + socket() + " \"$5\"; echo $$ > " + (files_ / "pid").string() + "; exec sleep 600");
  }
  std::string socket() const { return (files_ / "socket").string(); }
  void fake_kubectl(const std::string& script) const {
    files_.write("bin/kubectl", "#!/bin/sh\necho \"$1 $2 $3 $4\" >> " + (files_ / "calls").string() + "\n" + script + "\n", 0755);
  }
  void answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
    const auto call = request.method + " " + request.target;
    if (call == "GET /readyz") return answer.reply(++asked_ < 3 ? 500 : 200, "not yet");
    if (call == "GET /api/v1/pods/x") return answer.reply(200, "{\"kind\":\"Pod\"}");
    if (call == "GET /log") return answer.reply(200, "a log\n");
    if (call == "GET /forbidden") return answer.reply(403, "{\"kind\":\"Status\",\"message\":\"you may not\"}");
    if (call == "PATCH /x?fieldManager=harness&force=true") return answer.reply(201, "{\"stored\":true}");
    if (call == "PATCH /bad?fieldManager=harness&force=true") return answer.reply(422, "{\"message\":\"spec.x: unknown field\"}");
    if (call == "GET /apis/apps/v1")
      return answer.reply(200, R"({"resources":[{"name":"deployments","kind":"Deployment","namespaced":true},
                                                {"name":"deployments/scale","kind":"Scale","namespaced":true}]})");
    if (call == "GET /api/v1") return answer.reply(200, R"({"resources":[{"name":"namespaces","kind":"Namespace","namespaced":false}]})");
    if (call == "GET /pods?watch=true&labelSelector=a") {
      const int n = ++watched_;  // the server ends a watch after two events
      return answer.reply(200, "{\"type\":\"ADDED\",\"object\":{\"n\":" + std::to_string(n) + "}}\nnot json\n{\"type\":\"MODIFIED\",\"object\":{\"n\":" + std::to_string(n) + "}}\n");
    }
    answer.reply(404, "{\"message\":\"not found\"}");
  }

  TempProject files_;
  ScopedVariable path_{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"};
  std::atomic<int> asked_ = 0, watched_ = 0;
  HttpServer server_{[this](const auto& request, auto& reply) { answer(request, reply); }, socket()};
};

TEST_F(KubeApiTest, WaitsUntilTheApiIsReadyAndEndsItsProxy) {
  {
    const KubeApi one(files_ / "kubeconfig", std::chrono::seconds(20), {});
    EXPECT_EQ(server_.count("GET /readyz"), 3u);
    EXPECT_EQ(text_of(files_ / "calls"), "--kubeconfig " + (files_ / "kubeconfig").string() + " proxy --unix-socket\n");
  }
  for (const auto pid : pids_in(files_ / "pid", 1)) EXPECT_TRUE(eventually([&] { return !is_running(pid); }));
}

TEST_F(KubeApiTest, TheProxysSocketIsInAFolderOfTheUserAlone) {
  const KubeApi api(files_ / "kubeconfig");
  EXPECT_EQ(std::filesystem::status(api.socket().parent_path()).permissions(), std::filesystem::perms::owner_all);
  ASSERT_TRUE(eventually([&] { return !text_of(files_ / "calls").empty(); }));
  EXPECT_THAT(text_of(files_ / "calls"), HasSubstr("proxy --unix-socket")) << "it has no port";
}

TEST_F(KubeApiTest, AProxyThatEndsSaysWhy) {
  fake_kubectl("echo 'error: no such context' >&2; exit 1");
  const auto error = error_of([&] { KubeApi(files_ / "kubeconfig", std::chrono::seconds(60), {}); });
  EXPECT_THAT(error.what(), HasSubstr("the cluster's API does not answer: "));
  EXPECT_EQ(error.details.output_tail, "error: no such context");
  EXPECT_EQ(error.details.exit_code, kCluster);
}

TEST_F(KubeApiTest, StartingStops) {
  asked_ = -1'000'000;
  std::stop_source stop;
  const std::jthread stopper([&] {
    eventually([&] { return server_.count("GET /readyz") > 0; });
    stop.request_stop();
  });
  EXPECT_THROW(KubeApi(files_ / "kubeconfig", std::chrono::seconds(60), stop.get_token()), Cancelled);
}

TEST_F(KubeApiTest, ReadsObjectsAndText) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  EXPECT_EQ(api.get("/api/v1/pods/x")["kind"], "Pod");
  EXPECT_TRUE(api.get("/none").is_null());
  EXPECT_EQ(api.get_text("/log"), "a log\n");
  EXPECT_EQ(api.get_text("/none"), "not found");
  const auto error = error_of([&] { api.get("/forbidden"); });
  EXPECT_STREQ(error.what(), "/forbidden: you may not");
}

TEST_F(KubeApiTest, AppliesTheTextAsItIs) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  EXPECT_EQ(api.apply("/x", "version: \"1.20\" # text\n", {})["stored"], true);
  const auto request = server_.requests().back();
  EXPECT_EQ(request.body, "version: \"1.20\" # text\n");
  EXPECT_EQ(request.headers.at("content-type"), "application/apply-patch+yaml");
  const auto error = error_of([&] { api.apply("/bad", "x: 1\n", {}); });
  EXPECT_STREQ(error.what(), "spec.x: unknown field");
  EXPECT_EQ(error.details.exit_code, kDeploy);
}

TEST_F(KubeApiTest, KnowsWhereATypeLives) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  EXPECT_EQ(api.collection("apps/v1", "Deployment", "ci"), "/apis/apps/v1/namespaces/ci/deployments");
  EXPECT_EQ(api.collection("apps/v1", "Deployment", "default"), "/apis/apps/v1/namespaces/default/deployments");
  EXPECT_EQ(server_.count("GET /apis/apps/v1"), 1u) << "asked once";
  EXPECT_EQ(api.collection("v1", "Namespace", "default"), "/api/v1/namespaces");
  EXPECT_STREQ(error_of([&] { api.collection("apps/v1", "Deploymnt", "ci"); }).what(), "the cluster knows no Deploymnt of apps/v1");
  EXPECT_STREQ(error_of([&] { api.collection("x.example/v1", "Thing", "ci"); }).what(), "the cluster knows no Thing of x.example/v1");
}

TEST_F(KubeApiTest, AWatchThatTheServerEndsGoesOn) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  std::vector<std::string> seen;
  api.watch("/pods", "labelSelector=a", [&](const std::string& type, const Json& object) {
    seen.push_back(type + object["n"].dump());
    return seen.size() < 3;
  }, {});
  EXPECT_THAT(seen, ElementsAre("ADDED1", "MODIFIED1", "ADDED2"));
  EXPECT_THAT(error_of([&] { api.watch("/none", "", [](const auto&, const auto&) { return true; }, {}); }).what(), HasSubstr("cannot watch /none: status 404"));
}

}  // namespace
}  // namespace harness
