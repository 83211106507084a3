// cluster/informer.cc against a server that misbehaves in each way that API servers, and what is between, are
// known to.
#include "cluster/informer.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "support/errors.h"
#include "support/http_server.h"
#include "support/kubeconfig.h"
#include "support/processes.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr ListWatch::Timing kQuick{.watch = 1s, .late = 200ms, .first = 20ms, .longest = 100ms, .list = 5s};
const std::string kWatching = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", kEnd = "0\r\n\r\n";

Json pod(const std::string& name, int version, const std::string& uid = "") {
  return {{"metadata",
           {{"name", name},
            {"namespace", "ns"},
            {"uid", uid.empty() ? "uid-" + name : uid},
            {"resourceVersion", std::to_string(version)}}}};
}

Json list(int version, const std::vector<Json>& items) {
  return {{"metadata", {{"resourceVersion", std::to_string(version)}}}, {"items", items}};
}

std::string chunk(const std::string& data) {
  std::ostringstream text;
  text << std::hex << data.size() << "\r\n" << data << "\r\n";
  return text.str();
}

std::string event(const std::string& type, const Json& object) {
  return chunk(Json{{"type", type}, {"object", object}}.dump() + "\n");
}

class InformerTest : public WithKubeconfig, public testing::Test {
 protected:
  void answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
    if (request.target == "/readyz") return answer.reply(200);
    if (request.target.find("watch=true") == std::string::npos) return on_list_(++lists_, answer);
    {
      const std::lock_guard lock(mutex_);
      watches_.push_back(request.target);
    }
    on_watch_(watches().size(), answer);
  }
  std::vector<std::string> watches() const {
    const std::lock_guard lock(mutex_);
    return watches_;
  }

  /// "+a" for each pod that is told to be present, "-a" for one that is gone; ends once so many were told.
  std::vector<std::string> follow(size_t count, const Deadline& deadline = Deadline(10s, {})) {
    std::vector<std::string> seen;
    ended_by_reader_ = ListWatch(api_, {"/api/v1/pods", "labelSelector=a"}, kQuick)
                           .run(
                               [&](ListWatch::Change change, const Json& object) {
                                 seen.push_back((change == ListWatch::Change::gone ? "-" : "+") +
                                                object["metadata"]["name"].get<std::string>());
                                 return seen.size() < count;
                               },
                               deadline);
    return seen;
  }

  std::function<void(int, HttpServer::Answer&)> on_list_ = [](int, auto& answer) {
    answer.reply(200, list(10, {pod("a", 9)}).dump());
  };
  std::function<void(size_t, HttpServer::Answer&)> on_watch_ = [](size_t, auto& answer) {
    answer.send(kWatching);
    answer.wait_for_close();
  };
  mutable std::mutex mutex_;
  std::vector<std::string> watches_;
  std::atomic<int> lists_ = 0;
  bool ended_by_reader_ = false;
  HttpServer server_{[this](const auto& request, auto& reply) { answer(request, reply); }};
  const KubeApi api_{kubeconfig(server_), 20s, {}};
};

TEST_F(InformerTest, ListsAndThenWatchesFromThere) {
  on_watch_ = [](size_t, auto& answer) {
    answer.send(kWatching + event("ADDED", pod("b", 11)) + event("MODIFIED", pod("b", 12)) +
                event("DELETED", pod("a", 13)));
    answer.wait_for_close();
  };
  EXPECT_THAT(follow(4), ElementsAre("+a", "+b", "+b", "-a"));
  EXPECT_TRUE(ended_by_reader_);
  EXPECT_EQ(server_.count("GET /api/v1/pods?labelSelector=a"), 1u);
  EXPECT_THAT(watches().at(0), AllOf(HasSubstr("&resourceVersion=10"), HasSubstr("&allowWatchBookmarks=true"),
                                     HasSubstr("&labelSelector=a")));
}

TEST_F(InformerTest, AWatchThatEndsGoesOnWhereItWas) {
  on_watch_ = [](size_t n, auto& answer) {
    if (n == 1)
      return static_cast<void>(answer.send(kWatching + event("ADDED", pod("b", 11)) +
                                           event("BOOKMARK", {{"metadata", {{"resourceVersion", "50"}}}}) +
                                           kEnd));
    answer.send(kWatching + event("ADDED", pod("c", 51)));
    answer.wait_for_close();
  };
  EXPECT_THAT(follow(3), ElementsAre("+a", "+b", "+c"));
  EXPECT_EQ(lists_, 1);
  EXPECT_THAT(watches().at(1), HasSubstr("&resourceVersion=50"));
}

TEST_F(InformerTest, WhatVanishedBetweenListsIsGone) {
  on_list_ = [](int n, auto& answer) {
    answer.reply(200, (n == 1 ? list(10, {pod("a", 1), pod("b", 2), pod("c", 3), pod("d", 4)})
                              : list(90, {pod("a", 1), pod("c", 80, "another"), pod("d", 81)}))
                          .dump());
  };
  on_watch_ = [](size_t n, auto& answer) {
    if (n == 1) return answer.reply(410, R"({"message":"too old resource version","reason":"Expired"})");
    answer.send(kWatching);
    answer.wait_for_close();
  };
  EXPECT_THAT(follow(8), ElementsAre("+a", "+b", "+c", "+d", "-b", "-c", "+c", "+d"));
}

TEST_F(InformerTest, WhatEndsInDisorderIsListedAgain) {
  const std::map<std::string, std::string> disorders{
      {"410 in an event",
       kWatching +
           event("ERROR",
                 {{"kind", "Status"}, {"metadata", Json::object()}, {"code", 410}, {"reason", "Expired"}})},
      {"another error",
       kWatching +
           event("ERROR", {{"kind", "Status"}, {"code", 500}, {"message", "etcdserver: leader changed"}})},
      {"half a line", kWatching + chunk(R"({"type":"ADDED","object":{"meta)") + kEnd},
      {"half a line and no end", kWatching + chunk(R"({"type":"ADDED","object":{"meta)")},
      {"no JSON", kWatching + chunk("<html>\n")},
      {"no object", kWatching + chunk("{\"type\":\"ADDED\"}\n")},
      {"no metadata", kWatching + chunk("{\"type\":\"ADDED\",\"object\":{\"metadata\":7}}\n")},
      {"nothing at all", ""},
      {"500", "HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\n{}"},
      {"429", "HTTP/1.1 429 X\r\nContent-Length: 2\r\n\r\n{}"},
      {"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n"}};
  for (const auto& [name, text] : disorders) {
    lists_ = 0;
    on_list_ = [](int n, auto& answer) {
      answer.reply(
          200, list(10, n == 1 ? std::vector{pod("a", 1)} : std::vector{pod("a", 1), pod("b", 2)}).dump());
    };
    on_watch_ = [&text = text](size_t, auto& answer) { answer.send(text); };
    EXPECT_THAT(follow(2), ElementsAre("+a", "+b")) << name;
    EXPECT_EQ(lists_, 2) << name;
  }
}

TEST_F(InformerTest, AWatchThatNeverAnswersIsListedAgain) {
  on_list_ = [](int n, auto& answer) {
    answer.reply(200, list(10, n == 1 ? std::vector{pod("a", 1)} : std::vector<Json>{}).dump());
  };
  on_watch_ = [](size_t, auto& answer) { answer.wait_for_close(); };
  EXPECT_THAT(follow(2), ElementsAre("+a", "-a"));
}

TEST_F(InformerTest, AServerThatClosesAtOnceIsNotAskedWithoutAPause) {
  on_watch_ = [](size_t, auto& answer) { answer.send(kWatching + kEnd); };
  EXPECT_THAT(follow(2, Deadline(1s, {})), ElementsAre("+a"));
  EXPECT_FALSE(ended_by_reader_);
  EXPECT_GE(watches().size(), 3u);
  EXPECT_LE(watches().size(), 15u) << "20, 40, 80, 100, 100 ... ms apart";
  EXPECT_EQ(lists_, 1);
}

TEST_F(InformerTest, AListIsAskedForAgain) {
  on_list_ = [](int n, auto& answer) {
    if (n < 3) return answer.reply(500, R"({"message":"etcdserver: request timed out"})");
    answer.reply(200, list(10, {pod("a", 1)}).dump());
  };
  EXPECT_THAT(follow(1), ElementsAre("+a"));
}

TEST_F(InformerTest, WhatIsRefusedIsAnError) {
  on_list_ = [](int, auto& answer) {
    answer.reply(403, R"({"message":"pods is forbidden","reason":"Forbidden"})");
  };
  EXPECT_THAT(error_of([&] { follow(1); }).what(), HasSubstr("pods is forbidden"));
  on_list_ = [](int, auto& answer) { answer.reply(404, "{}"); };
  EXPECT_THAT(error_of([&] { follow(1); }).what(),
              HasSubstr("/api/v1/pods: the cluster has no such collection"));
  on_list_ = [](int, auto& answer) { answer.reply(200, list(1, {}).dump()); };
  on_watch_ = [](size_t, auto& answer) { answer.reply(403, R"({"message":"you may not watch"})"); };
  EXPECT_THAT(error_of([&] { follow(1); }).what(), HasSubstr("cannot watch /api/v1/pods: you may not watch"));
}

TEST_F(InformerTest, AWatchThatAServerForbidsWhileItStartsIsBegunAnew) {
  on_watch_ = [](size_t n, auto& answer) {
    if (n == 1) return answer.reply(403, R"({"message":"pods is forbidden"})");
    answer.send(kWatching + event("ADDED", pod("b", 11)));
    answer.wait_for_close();
  };
  EXPECT_THAT(follow(2), ElementsAre("+a", "+b"));
  EXPECT_EQ(lists_, 2);
}

TEST_F(InformerTest, AStopEndsItAtOnce) {
  std::stop_source stop;
  std::atomic<Clock::time_point> stopped;
  const std::jthread stopper([&] {
    eventually([&] { return !watches().empty(); });
    stopped = Clock::now();
    stop.request_stop();
  });
  EXPECT_THROW(follow(2, Deadline(1h, stop.get_token())), Cancelled);
  EXPECT_LT(Clock::now() - stopped.load(), 100ms);
}

TEST_F(InformerTest, SeveralAreFollowedAtOnce) {
  std::atomic<bool> more = false;
  on_watch_ = [&](size_t, auto& answer) {
    answer.send(kWatching);
    eventually([&] { return more.load(); });
    answer.send(event("ADDED", pod("b", 11)) + event("DELETED", pod("a", 12)));
    answer.wait_for_close();
  };
  Informer informer(api_, {{"/api/v1/pods"}, {"/api/v1/nodes"}}, {});
  while (!informer.wait(10s, {})) {
  }
  EXPECT_THAT(informer.objects(0), ElementsAre(pod("a", 9)));
  more = true;
  for (const size_t query : {0, 1})
    while (informer.objects(query) != std::vector{pod("b", 11)}) informer.wait(10s, {});
}

TEST_F(InformerTest, WaitingSaysWhatFollowingFailedWith) {
  on_list_ = [](int, auto& answer) { answer.reply(403, R"({"message":"pods is forbidden"})"); };
  Informer informer(api_, {{"/api/v1/pods"}}, {});
  EXPECT_THAT(error_of([&] {
                while (true) informer.wait(10s, {});
              }).what(),
              HasSubstr("pods is forbidden"));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(informer.wait(10s, stop.get_token()), Cancelled);
}

}  // namespace
}  // namespace harness
