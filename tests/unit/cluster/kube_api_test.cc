// cluster/kube_api.cc against a server in the test, which is asked directly or through a fake kubectl: its
// proxy is a link to the server's socket.
#include "cluster/kube_api.h"

#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/http_server.h"
#include "support/kubeconfig.h"
#include "support/processes.h"

namespace harness {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

class ApiTest : public testing::Test {
 protected:
  explicit ApiTest(const Json& user) {
    files_.write("kubeconfig", kubeconfig_of({{"server", "http://" + server_.host()}}, user));
    fake_kubectl("echo $$ > " + (files_ / "pid").string() + "; printf %s \"$5\" > " +
                 (files_ / "link").string() + "; ln -sf " + socket() + " \"$5\"; exec sleep 600");
  }
  std::string socket() const { return (files_ / "socket").string(); }
  void fake_kubectl(const std::string& script) const {
    files_.write("bin/kubectl",
                 "#!/bin/sh\necho \"$1 $2 $3 $4\" >> " + (files_ / "calls").string() + "\n" + script + "\n",
                 0755);
  }
  /// What goes wrong with the next requests: a status, 0 for a connection that breaks, and a body or header.
  bool take_trouble(HttpServer::Answer& answer) {
    const std::lock_guard lock(mutex_);
    if (trouble_.empty()) return false;
    const auto [status, text] = trouble_.front();
    trouble_.pop_front();
    if (status == 0) return true;
    if (text.starts_with("Retry-After: "))
      return answer.reply(status, "{}", {{"Retry-After", text.substr(13)}}), true;
    return answer.reply(status, text), true;
  }
  void answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
    const auto call = request.method + " " + request.target;
    if (call != "GET /readyz" && take_trouble(answer)) return;
    if (call == "GET /readyz") return answer.reply(++asked_ < 3 ? 500 : 200, "not yet");
    if (call == "GET /api/v1/pods/x") return answer.reply(200, "{\"kind\":\"Pod\"}");
    if (call == "GET /log") return answer.reply(200, "a log\n");
    if (call == "GET /forbidden")
      return answer.reply(403, "{\"kind\":\"Status\",\"message\":\"you may not\"}");
    if (call == "PATCH /x?fieldManager=harness&force=true") return answer.reply(201, "{\"stored\":true}");
    if (call == "PATCH /bad?fieldManager=harness&force=true")
      return answer.reply(422, "{\"message\":\"spec.x: unknown field\"}");
    if (call == "GET /apis/apps/v1")
      return answer.reply(200, R"({"resources":[{"name":"deployments","kind":"Deployment","namespaced":true},
                                                {"name":"deployments/scale","kind":"Scale","namespaced":true}]})");
    if (call == "GET /api/v1")
      return answer.reply(200,
                          R"({"resources":[{"name":"namespaces","kind":"Namespace","namespaced":false}]})");
    answer.reply(404, "{\"message\":\"not found\"}");
  }

  TempProject files_;
  ScopedVariable path_{"PATH", (files_ / "bin").string() + ":/usr/bin:/bin"};
  std::atomic<int> asked_ = 0;
  std::mutex mutex_;
  std::deque<std::pair<int, std::string>> trouble_;
  HttpServer server_{[this](const auto& request, auto& reply) { answer(request, reply); }, socket()};
};

const Json kLogsInByProgram = {{"exec", {{"command", "login"}}}};

class KubeApiTest : public ApiTest, public testing::WithParamInterface<Json> {
 protected:
  KubeApiTest() : ApiTest(GetParam()) {}
};

INSTANTIATE_TEST_SUITE_P(Api, KubeApiTest, testing::Values(Json::object(), kLogsInByProgram),
                         [](const auto& one) { return one.param.empty() ? "Directly" : "ByKubectl"; });

class KubeApiProxyTest : public ApiTest {
 protected:
  KubeApiProxyTest() : ApiTest(kLogsInByProgram) {}
};

TEST_F(KubeApiProxyTest, WaitsUntilTheApiIsReadyAndEndsItsProxy) {
  {
    const KubeApi one(files_ / "kubeconfig", std::chrono::seconds(20), {});
    EXPECT_EQ(server_.count("GET /readyz"), 3u);
    EXPECT_EQ(text_of(files_ / "calls"),
              "--kubeconfig " + (files_ / "kubeconfig").string() + " proxy --unix-socket\n");
  }
  for (const auto pid : pids_in(files_ / "pid", 1)) EXPECT_TRUE(eventually([&] { return !is_running(pid); }));
}

TEST_F(KubeApiProxyTest, ItsSocketIsInAFolderOfTheUserAlone) {
  const KubeProxy proxy(files_ / "kubeconfig");
  EXPECT_EQ(std::filesystem::status(proxy.socket().parent_path()).permissions(),
            std::filesystem::perms::owner_all);
  ASSERT_TRUE(eventually([&] { return !text_of(files_ / "calls").empty(); }));
  EXPECT_THAT(text_of(files_ / "calls"), HasSubstr("proxy --unix-socket")) << "it has no port";
}

TEST_F(KubeApiProxyTest, OneThatEndsSaysWhy) {
  fake_kubectl("echo 'error: no such context' >&2; exit 1");
  const auto error = error_of([&] { KubeApi(files_ / "kubeconfig", std::chrono::seconds(60), {}); });
  EXPECT_THAT(error.what(), HasSubstr("the cluster's API does not answer: "));
  EXPECT_EQ(error.details.output_tail, "error: no such context");
  EXPECT_EQ(error.details.exit_code, kCluster);
}

TEST_P(KubeApiTest, StartingStops) {
  asked_ = -1'000'000;
  std::stop_source stop;
  const std::jthread stopper([&] {
    eventually([&] { return server_.count("GET /readyz") > 0; });
    stop.request_stop();
  });
  EXPECT_THROW(KubeApi(files_ / "kubeconfig", std::chrono::seconds(60), stop.get_token()), Cancelled);
}

TEST_P(KubeApiTest, ReadsObjectsAndText) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  EXPECT_EQ(api.get("/api/v1/pods/x")["kind"], "Pod");
  EXPECT_TRUE(api.get("/none").is_null());
  EXPECT_EQ(api.get_text("/log"), "a log\n");
  EXPECT_EQ(api.get_text("/none"), "not found");
  const auto error = error_of([&] { api.get("/forbidden"); });
  EXPECT_STREQ(error.what(), "/forbidden: you may not");
}

TEST_P(KubeApiTest, AppliesAnObject) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  EXPECT_EQ(api.apply("/x", {{"version", "1.20"}}, {})["stored"], true);
  const auto request = server_.requests().back();
  EXPECT_EQ(request.body, R"({"version":"1.20"})");
  EXPECT_EQ(request.headers.at("content-type"), "application/apply-patch+yaml");
  const auto error = error_of([&] { api.apply("/bad", {{"x", 1}}, {}); });
  EXPECT_STREQ(error.what(), "spec.x: unknown field");
  EXPECT_EQ(error.details.exit_code, kDeploy);
}

TEST_P(KubeApiTest, KnowsWhereATypeLives) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  EXPECT_EQ(api.collection("apps/v1", "Deployment", "ci"), "/apis/apps/v1/namespaces/ci/deployments");
  EXPECT_EQ(api.collection("apps/v1", "Deployment", "default"),
            "/apis/apps/v1/namespaces/default/deployments");
  EXPECT_EQ(server_.count("GET /apis/apps/v1"), 1u) << "asked once";
  EXPECT_EQ(api.collection("v1", "Namespace", "default"), "/api/v1/namespaces");
  EXPECT_STREQ(error_of([&] { api.collection("apps/v1", "Deploymnt", "ci"); }).what(),
               "the cluster knows no Deploymnt of apps/v1");
  EXPECT_STREQ(error_of([&] { api.collection("x.example/v1", "Thing", "ci"); }).what(),
               "the cluster knows no Thing of x.example/v1");
}

TEST_P(KubeApiTest, AServerThatStartsIsAskedAgain) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  const std::vector<std::pair<int, std::string>> passing{
      {503, R"({"message":"apiserver not ready","reason":"ServiceUnavailable"})"},
      {429, R"({"message":"too many requests","reason":"TooManyRequests"})"},
      {500, R"({"message":"etcdserver: leader changed","reason":"InternalError"})"},
      {502, "dial tcp 127.0.0.1:6443: connect: connection refused"},
      {504, R"({"message":"Timeout: request did not complete","reason":"Timeout"})"},
      {500, "read tcp 127.0.0.1:45460->127.0.0.1:45599: read: connection reset by peer\n"},
      {500, "unexpected EOF\n"},
      {500,
       "http2: server sent GOAWAY and closed the connection; LastStreamID=5, ErrCode=NO_ERROR, debug=\"\"\n"},
      {0, ""}};  // the connection breaks
  for (const auto& one : passing) {
    trouble_ = {one, one};
    EXPECT_EQ(api.get("/api/v1/pods/x")["kind"], "Pod") << one.first;
    trouble_ = {one};
    EXPECT_EQ(api.apply("/x", {{"a", 1}}, {})["stored"], true) << one.first;
    EXPECT_TRUE(trouble_.empty());
  }
}

TEST_P(KubeApiTest, WhatAServerThatStartsForbidsIsAskedAgain) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  const std::pair<int, std::string> forbidden{403, R"({"message":"pods is forbidden","reason":"Forbidden"})"};
  asked_ = 0;  // it is ready when it is asked for the third time
  trouble_ = {forbidden, forbidden, forbidden};
  EXPECT_EQ(api.get("/api/v1/pods/x")["kind"], "Pod");
  trouble_ = {forbidden, forbidden, forbidden};
  EXPECT_THAT(error_of([&] { api.get("/api/v1/pods/x"); }).what(), HasSubstr("pods is forbidden"));
  EXPECT_EQ(trouble_.size(), 1u) << "once more, since it may have become ready in between";
}

TEST_P(KubeApiTest, WhatDoesNotPassIsSaidAtOnce) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  trouble_ = {{500, R"({"message":"failed calling webhook","reason":"InternalError","code":500})"}};
  try {
    api.apply("/x?a=b", {{"a", 1}}, {});
    FAIL() << "nothing was thrown";
  } catch (const ApiError& e) {
    EXPECT_STREQ(e.what(), "failed calling webhook");
    EXPECT_EQ(e.status.code, 500);
    EXPECT_EQ(e.status.reason, "InternalError");
    EXPECT_EQ(std::string(e.what()).find("/x?"), std::string::npos);
  }
  trouble_ = {{500, "panic: no JSON"}};
  EXPECT_THAT(error_of([&] { api.get("/api/v1/pods/x"); }).what(), HasSubstr("status 500: panic: no JSON"));
  trouble_ = {{200, "<html>a captive portal</html>"}};
  const auto error = error_of([&] { api.get("/api/v1/pods/x"); });
  EXPECT_THAT(error.what(), HasSubstr("/api/v1/pods/x: the answer is not JSON"));
  EXPECT_THAT(error.details.output_tail, HasSubstr("captive portal"));
  EXPECT_EQ(error.details.exit_code, kCluster);
}

TEST_P(KubeApiTest, ItIsGivenUpWhenTheTimeIsOver) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  trouble_ = std::deque<std::pair<int, std::string>>(
      1000, {503, R"({"message":"not ready","reason":"ServiceUnavailable"})"});
  const auto begin = std::chrono::steady_clock::now();
  try {
    api.get("/api/v1/pods/x", Deadline(std::chrono::seconds(1), {}));
    FAIL() << "nothing was thrown";
  } catch (const ApiError& e) {
    EXPECT_EQ(e.status.code, 503);
    EXPECT_TRUE(may_pass(e.status));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  trouble_ = {{429, "Retry-After: 30"}};
  EXPECT_THROW(api.get("/api/v1/pods/x", Deadline(std::chrono::seconds(1), {})), ApiError)
      << "there is no time for that";
  trouble_ = std::deque<std::pair<int, std::string>>(1000, {0, ""});
  const auto broken = error_of([&] { api.get("/api/v1/pods/x", Deadline(std::chrono::seconds(1), {})); });
  EXPECT_THAT(broken.what(), HasSubstr("/api/v1/pods/x: the cluster's API does not answer: "));
  EXPECT_EQ(broken.details.exit_code, kCluster);
}

TEST_P(KubeApiTest, AStopEndsThePause) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  trouble_ = {{429, "Retry-After: 30"}};
  std::stop_source stop;
  std::atomic<std::chrono::steady_clock::time_point> stopped;
  const std::jthread stopper([&] {
    eventually([&] { return server_.count("GET /api/v1/pods/x") > 0; });
    stopped = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  EXPECT_THROW(api.get("/api/v1/pods/x", stop.get_token()), Cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - stopped.load(), std::chrono::milliseconds(100));
}

TEST_F(KubeApiProxyTest, ACertificateThatItDoesNotAcceptIsAnErrorAtOnce) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  for (const std::string text :
       {"tls: failed to verify certificate: x509: certificate signed by unknown authority\n",
        "remote error: tls: bad certificate\n"}) {
    trouble_ = {{500, text}};
    const auto error = error_of([&] { api.get("/api/v1/pods/x"); });
    EXPECT_THAT(error.what(), HasSubstr("TLS with the cluster's API fails: status 500: "));
    EXPECT_EQ(error.details.exit_code, kCluster);
  }
  EXPECT_TRUE(trouble_.empty());
}

TEST_F(KubeApiProxyTest, OneThatWasKilledIsStartedAgain) {
  const KubeApi api(files_ / "kubeconfig", std::chrono::seconds(20), {});
  const auto kill_it = [&] {
    const auto pid = pids_in(files_ / "pid", 1).at(0);
    kill(pid, SIGKILL);
    EXPECT_TRUE(eventually([&] { return !is_running(pid); }));
    std::filesystem::remove(text_of(files_ / "link"));
  };
  kill_it();
  EXPECT_EQ(api.get("/api/v1/pods/x")["kind"], "Pod");
  kill_it();
  api.wait_until_ready(std::chrono::seconds(20), {});
  kill_it();
  fake_kubectl("echo 'error: no such context' >&2; exit 1");
  const auto error = error_of([&] { api.get("/api/v1/pods/x", Deadline(std::chrono::seconds(1), {})); });
  EXPECT_THAT(error.what(), HasSubstr("the cluster's API does not answer: "));
  EXPECT_EQ(error.details.output_tail, "error: no such context");
}

}  // namespace
}  // namespace harness
