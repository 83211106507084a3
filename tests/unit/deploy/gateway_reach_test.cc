// deploy/gateway.cc: components that answer oddly through the gateway.
#include <gmock/gmock.h>

#include <atomic>

#include "deploy/gateway.h"
#include "support/errors.h"
#include "support/http_server.h"
#include "support/processes.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using testing::HasSubstr;

void reach(const HttpServer& gateway, Clock::duration time, std::stop_token stop = {}) {
  const Waiting waiting{.deadline = Clock::now() + time, .on_trouble = [](const Diagnosis&) {}};
  wait_until_reachable(
      "http://" + gateway.host(), {.component = "web", .path = "/web", .to = {"web", "default", 80}}, waiting,
      [] { return std::nullopt; }, std::move(stop));
}

TEST(GatewayReachTest, ItsHeadersAreEnough) {
  HttpServer endless([](const auto&, auto& answer) {
    answer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    while (answer.send("data: x\n\n")) {
    }
  });
  HttpServer unfinished([](const auto&, auto& answer) {
    answer.send("HTTP/1.1 500 X\r\nContent-Length: 100\r\n\r\nhalf");
    answer.wait_for_close();
  });
  const auto begin = Clock::now();
  reach(endless, 20s);
  reach(unfinished, 20s);
  EXPECT_LT(Clock::now() - begin, 3s);
  EXPECT_EQ(endless.count("GET /harness-gateway/web.default.svc.cluster.local:80"), 1u);
}

TEST(GatewayReachTest, ItIsWaitedFor) {
  std::atomic<int> asked = 0;
  HttpServer server([&](const auto&, auto& answer) {
    // It is asked twice for each answer of the gateway's own: the text is not read where a component answers.
    if (++asked < 5)
      return answer.reply(502, "web.default.svc does not answer", {{"X-Harness-Gateway", "unreachable"}});
    answer.reply(404, "no such page");
  });
  reach(server, 20s);
  EXPECT_EQ(asked, 5);
}

TEST(GatewayReachTest, OneThatHangsIsGivenUp) {
  HttpServer server([](const auto&, auto& answer) { answer.wait_for_close(); });
  const auto begin = Clock::now();
  const auto error = error_of([&] { reach(server, 1s); });
  EXPECT_THAT(error.what(), HasSubstr("component web runs, but does not answer at http://" + server.host() +
                                      "/web: http://" + server.host() + ": no complete answer within 1.0s"));
  EXPECT_EQ(error.details.exit_code, kDeploy);
  EXPECT_LT(Clock::now() - begin, 3s);
}

TEST(GatewayReachTest, AStopEndsIt) {
  HttpServer server([](const auto&, auto& answer) { answer.wait_for_close(); });
  std::stop_source stop;
  std::atomic<Clock::time_point> stopped;
  const std::jthread stopper([&] {
    eventually([&] { return !server.requests().empty(); });
    stopped = Clock::now();
    stop.request_stop();
  });
  EXPECT_THROW(reach(server, 1h, stop.get_token()), Cancelled);
  EXPECT_LT(Clock::now() - stopped.load(), 100ms);
}

}  // namespace
}  // namespace harness
