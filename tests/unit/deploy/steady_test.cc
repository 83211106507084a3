// deploy/steady.cc against an API in the test: what ends a moment after it was rolled out.
#include "deploy/steady.h"

#include <fmt/chrono.h>
#include <gmock/gmock.h>

#include <atomic>
#include <functional>

#include "base/error.h"
#include "support/errors.h"
#include "support/http_server.h"
#include "support/kubeconfig.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;
using std::chrono::seconds;
using std::chrono::steady_clock;

std::string ago(int time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr) - time));
}
Json running(int for_seconds = 60) { return {{"running", {{"startedAt", ago(for_seconds)}}}}; }
const Json kBacksOff = {{"waiting", {{"reason", "CrashLoopBackOff"}}}};
Json ended(int from, int to, const char* reason = "Error") {
  return {{"terminated",
           {{"exitCode", 3}, {"reason", reason}, {"startedAt", ago(from)}, {"finishedAt", ago(to)}}}};
}
Json status(const Json& state, const Json& last = Json::object(), bool ready = true) {
  return {{"name", "web"},  {"containerID", "c" + std::to_string(last.empty())},
          {"ready", ready}, {"restartCount", last.empty() ? 0 : 1},
          {"state", state}, {"lastState", last}};
}

class SteadyTest : public testing::Test, protected WithKubeconfig {
 protected:
  SteadyTest() { api_.emplace(kubeconfig(server_), seconds(20), std::stop_token()); }

  static Json pod(const Json& container) {
    return {{"metadata",
             {{"name", "web-a-1"},
              {"namespace", "ns"},
              {"uid", "p"},
              {"labels", {{"pod-template-hash", "a"}}},
              {"ownerReferences",
               {{{"apiVersion", "apps/v1"},
                 {"controller", true},
                 {"kind", "ReplicaSet"},
                 {"name", "web-a"},
                 {"uid", "a"}}}}}},
            {"spec", {{"containers", {{{"name", "web"}}}}}},
            {"status", {{"containerStatuses", {container}}}}};
  }
  static Json deployment(int available) {
    return {{"metadata",
             {{"name", "web"},
              {"namespace", "ns"},
              {"uid", "w"},
              {"generation", 1},
              {"annotations", {{"deployment.kubernetes.io/revision", "1"}}}}},
            {"spec",
             {{"replicas", 1},
              {"selector", {{"matchLabels", {{"app", "web"}}}}},
              {"template", {{"spec", Json::object()}}}}},
            {"status",
             {{"observedGeneration", 1},
              {"replicas", 1},
              {"updatedReplicas", 1},
              {"availableReplicas", available}}}};
  }

  static Json replica_set() {
    return {{"metadata",
             {{"name", "web-a"},
              {"namespace", "ns"},
              {"uid", "a"},
              {"annotations", {{"deployment.kubernetes.io/revision", "1"}}},
              {"ownerReferences",
               {{{"apiVersion", "apps/v1"},
                 {"controller", true},
                 {"kind", "Deployment"},
                 {"name", "web"},
                 {"uid", "w"}}}}}}};
  }

  void answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
    const auto path = request.target.substr(0, request.target.find('?'));
    if (path == "/readyz") return answer.reply(200, "ok");
    if (path.ends_with("/log")) return answer.reply(200, "no such file\n");
    const bool is_watch = request.target.find("watch=true") != std::string::npos;
    if (path == "/api/v1/namespaces/ns/pods" && !is_watch)
      return answer.reply(200, Json{{"items", {pod(container_(++looks_))}}}.dump());
    if (path.ends_with("/deployments") && !is_watch)
      return answer.reply(200, Json{{"items", {deployment(available_(looks_))}}}.dump());
    if (path.ends_with("/replicasets")) return answer.reply(200, Json{{"items", {replica_set()}}}.dump());
    if (path.ends_with("/deployments/web")) return answer.reply(200, deployment(available_(looks_)).dump());
    if (!is_watch && path.ends_with("/deployments"))
      return answer.reply(200, Json{{"items", {deployment(available_(looks_))}}}.dump());
    if (!is_watch && path.ends_with("/events")) return answer.reply(200, R"({"items":[]})");
    if (!is_watch) return answer.reply(404, "{}");
    Json shown;
    if (path.ends_with("/deployments")) shown = deployment(available_(looks_));
    if (path.ends_with("/ns/pods")) shown = pod(container_(looks_));
    answer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" +
                (shown.is_null() ? "" : Json{{"type", "ADDED"}, {"object", shown}}.dump() + "\n"));
    answer.wait_for_close();
  }

  void wait(seconds timeout = seconds(30)) {
    const Waiting waiting{.deadline = steady_clock::now() + timeout,
                          .on_progress = [&](const std::string& text) { said_ = text; }};
    Snapshot now(*api_);
    wait_until_steady(*api_, now,
                      {{"apps/v1", "Deployment", "web", "ns", ""}, {"v1", "Service", "web", "ns", ""}},
                      waiting, {});
  }

  std::atomic<int> looks_ = 0;
  std::function<Json(int)> container_ = [](int) { return status(running()); };  ///< as it is at a look
  std::function<int(int)> available_ = [](int) { return 1; };                   ///< replicas, likewise
  std::string said_;
  HttpServer server_{[this](const auto& request, auto& reply) { answer(request, reply); }};
  std::optional<KubeApi> api_;
};

TEST_F(SteadyTest, WhatRunsCostsOneLook) {
  wait();
  EXPECT_EQ(looks_, 1);
  EXPECT_EQ(server_.count("GET /apis/apps/v1/namespaces/ns/deployments/web"), 0u);
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(SteadyTest, WhatCrashesIsExplainedAsARolloutIs) {
  container_ = [](int) { return status(kBacksOff, ended(20, 19), false); };
  available_ = [](int look) { return look > 2 ? 0 : 1; };  // controllers see it a moment later
  const auto error = error_of([&] { wait(); });
  EXPECT_STREQ(error.what(),
               "Deployment web cannot start: pod web-a-1: container web crashes at every start");
  EXPECT_EQ(error.details.output_tail,
            "exit code 3, ended 2 times\nlast log lines of web-a-1:\nno such file");
  EXPECT_EQ(error.details.exit_code, kDeploy);
}

TEST_F(SteadyTest, OneThatIsNotReadyAnyMoreIsWaitedFor) {
  container_ = [](int look) { return status(running(), {}, look > 3); };
  wait();
  EXPECT_EQ(looks_, 4);
  EXPECT_EQ(said_, "pod web-a-1: container web is not ready any more");
  looks_ = 0;
  container_ = [](int) { return status(running(), {}, false); };
  EXPECT_STREQ(error_of([&] { wait(seconds(0)); }).what(),
               "pod web-a-1: container web is not ready any more");
}

TEST_F(SteadyTest, OneThatWasStartedAgainHasToRunForLongerThanBefore) {
  const auto state = running(2);
  const auto before = ended(4, 3);
  container_ = [&](int) { return status(state, before); };
  wait();
  EXPECT_GT(looks_, 3) << "one second, and what the API leaves open";
  EXPECT_EQ(said_, "pod web-a-1: container web ended soon after its start, and runs again");
  looks_ = 0;
  container_ = [&](int) { return status(running(10), before); };
  wait();
  EXPECT_EQ(looks_, 1) << "it has run for longer by now";
}

TEST_F(SteadyTest, OneThatEndsAgainMeanwhileCrashes) {
  container_ = [](int look) {
    return look < 3 ? status(running(0), ended(3, 1)) : status(kBacksOff, ended(2, 1), false);
  };
  available_ = [](int look) { return look < 3 ? 1 : 0; };
  EXPECT_THAT(error_of([&] { wait(); }).what(), HasSubstr("container web crashes at every start"));
}

TEST(ProbationTest, IsAsLongAsItRanBefore) {
  const Json spec = {{"name", "web"}}, probed = {{"name", "web"}, {"readinessProbe", Json::object()}};
  EXPECT_EQ(probation(spec, status(running(), ended(9, 5))), seconds(7));
  EXPECT_EQ(probation(spec, status(running())), seconds(0));
  EXPECT_EQ(probation(probed, status(running(), ended(9, 5))), seconds(0))
      << "its probe says that it is of use";
  EXPECT_EQ(probation(spec, status(running(), ended(90, 5))), seconds(0))
      << "it did not end because of its start";
  EXPECT_EQ(probation(spec, status(running(), ended(9, 5, "Unknown"))), seconds(0)) << "its node ended";
}

}  // namespace
}  // namespace harness
