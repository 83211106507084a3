#include "admin/admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "http/not_implemented.h"

namespace fakes::admin {
namespace {

using namespace std::chrono_literals;
using http::Request;
using http::Response;
using Json = nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

boost::asio::awaitable<void> counts(http::Exchange& exchange) {
  co_await exchange.begin(http::text(200, ""));
  for (int i = 0; i < 10; ++i) co_await exchange.write(boost::asio::buffer("0123456789", 10));
  co_await exchange.end();
}

class AdminTest : public testing::Test {
 protected:
  AdminTest() {
    auto& router = server_.router();
    admin_.add_routes(router);
    router.handle("GET", "/repos/{owner}/{repo}",
                  [](const Request&) { return http::text(200, "0123456789"); });
    router.handle("POST", "/repos/{owner}/{repo}/issues", [this](const Request& r) {
      ++handled_;
      return http::text(201, r.body);
    });
    router.stream("GET", "/stream", counts);
    router.handle("GET", "/real", [](const Request&) -> Response { throw http::NotImplemented("?sort"); });
    port_ = server_.listen("127.0.0.1", 0);
    thread_ = std::jthread([this] { server_.run(); });
  }
  ~AdminTest() override { server_.stop(0ms); }

  /// All that comes back.
  std::string send(const std::string& method, const std::string& target, const std::string& body = "",
                   const std::string& headers = "") {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket(io);
    socket.connect({boost::asio::ip::address_v4::loopback(), port_});
    boost::asio::write(
        socket,
        boost::asio::buffer(method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                            headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
    std::string answer;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
    return answer;
  }
  Json journal(const std::string& query = "") {
    const auto answer = send("GET", "/admin/requests" + query);
    return Json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
  }

  Json gaps_of() {
    const auto answer = send("GET", "/admin/gaps");
    return Json::parse(answer.substr(answer.find("\r\n\r\n") + 4));
  }

  int handled_ = 0, resets_ = 0;
  Json seeded_;
  Admin admin_{{.reset = [this] { ++resets_; },
                .seed =
                    [this](const Json& json) {
                      if (json == "bad") throw http::HttpError(422, "no such thing");
                      seeded_ = json;
                    }},
               5};
  http::Server server_{admin_.observed({})};
  unsigned short port_ = 0;
  std::jthread thread_;
};

TEST_F(AdminTest, WhatTheFakeDoesNotHaveIsKept) {
  EXPECT_THAT(send("GET", "/real?sort=x", "", "X-Test-Id: T1\r\n"),
              testing::AllOf(HasSubstr(" 501 "), HasSubstr("this fake does not have ?sort")));
  send("POST", "/admin/faults", R"({"path": "/repos", "status": 501})");
  send("GET", "/repos/o/r");
  EXPECT_EQ(journal()[0]["gap"], "?sort");
  EXPECT_FALSE(journal()[1].contains("gap")) << "a fault is none";
  send("POST", "/admin/reset");
  EXPECT_THAT(journal(), IsEmpty());
  auto gaps = gaps_of();
  ASSERT_EQ(gaps["gaps"].size(), 1u) << "a reset must not hide it from the run's report";
  EXPECT_EQ(gaps["gaps"][0]["path"], "/real");
  EXPECT_EQ(gaps["gaps"][0]["method"], "GET");
  EXPECT_EQ(gaps["gaps"][0]["gap"], "?sort");
  EXPECT_EQ(gaps["gaps"][0]["test"], "T1");
  EXPECT_LE(gaps["gaps"][0]["time"], gaps["now"]);
  EXPECT_EQ(gaps["dropped"], 0);
}

TEST(GapsTest, TheOldestAreCountedOnce) {
  Gaps gaps(2);
  for (const char* path : {"/a", "/b%2F", "/c%"}) gaps.add({.method = "GET", .path = path}, "the route");
  const auto json = gaps.list();
  EXPECT_EQ(json["dropped"], 1);
  ASSERT_EQ(json["gaps"].size(), 2u);
  EXPECT_EQ(json["gaps"][0]["path"], "/b/");
  EXPECT_EQ(json["gaps"][1]["path"], "/c%");
}

TEST_F(AdminTest, TheJournalHasWhatWasAsked) {
  send("POST", "/repos/o/r/issues?a=b", "{\"title\": \"x\"}", "X-Test-Id: T1\r\n");
  send("GET", "/nothing");
  send("GET", "/healthz");
  const auto all = journal();
  ASSERT_EQ(all.size(), 2u) << all.dump(2);
  EXPECT_EQ(all[0]["method"], "POST");
  EXPECT_EQ(all[0]["path"], "/repos/o/r/issues");
  EXPECT_EQ(all[0]["query"], "a=b");
  EXPECT_EQ(all[0]["status"], 201);
  EXPECT_EQ(all[0]["body"], "{\"title\": \"x\"}");
  EXPECT_EQ(all[0]["test"], "T1");
  EXPECT_THAT(all[0]["time"].get<std::string>(), testing::MatchesRegex("....-..-..T..:..:..\\....Z"));
  EXPECT_EQ(all[1]["status"], 404);
}

TEST_F(AdminTest, TheJournalIsFiltered) {
  for (const char* path : {"/repos/o/r", "/repos/o/r2", "/repos/other/o/r", "/changes/o%2Fr~master~I1"})
    send("GET", path, "", "X-Test-Id: " + std::string(path).substr(1, 3) + "\r\n");
  EXPECT_EQ(journal("?path=/repos/o/r").size(), 2u);
  EXPECT_EQ(journal("?path=/repos/o/r&repository=o/r").size(), 1u);
  EXPECT_EQ(journal("?repository=o/r").size(), 3u);
  EXPECT_EQ(journal("?test=cha").size(), 1u);
  EXPECT_EQ(journal("?method=POST").size(), 0u);
  EXPECT_EQ(journal("?after=" + journal()[1]["id"].dump()).size(), 2u);
  EXPECT_THAT(send("GET", "/admin/requests?pth=x"), HasSubstr("400 Bad Request"));
  EXPECT_THAT(send("GET", "/admin/requests?after=x"), HasSubstr("400 Bad Request"));
}

TEST_F(AdminTest, TheJournalForgetsTheOldest) {
  for (int i = 0; i < 8; ++i) send("GET", "/n" + std::to_string(i));
  const auto all = journal();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0]["path"], "/n3");
}

TEST_F(AdminTest, LongBodiesAreKeptInPart) {
  send("POST", "/repos/o/r/issues", std::string(Journal::kBody + 1, 'x'));
  EXPECT_EQ(journal()[0]["body"].get<std::string>().size(), Journal::kBody);
  EXPECT_EQ(journal()[0]["truncated"], true);
}

TEST_F(AdminTest, AStatusInPlaceOfTheHandler) {
  EXPECT_THAT(
      send("POST", "/admin/faults", R"({"path": "/repos/o/r", "method": "POST", "status": 503, "count": 2})"),
      HasSubstr("201 Created"));
  EXPECT_THAT(send("GET", "/repos/o/r"), HasSubstr("200 OK"));
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(send("POST", "/repos/o/r/issues", "x"), HasSubstr("503 Service Unavailable"));
  EXPECT_EQ(handled_, 0);
  EXPECT_THAT(send("POST", "/repos/o/r/issues", "x"), HasSubstr("201 Created"));
  EXPECT_EQ(journal("?method=POST")[0]["status"], 503);
  EXPECT_EQ(journal("?method=POST")[0]["body"], "x");
}

TEST_F(AdminTest, ADroppedConnectionHasNoAnswer) {
  send("POST", "/admin/faults", R"({"path": "/repos", "drop": true})");
  EXPECT_EQ(send("GET", "/repos/o/r"), "");
  EXPECT_EQ(journal()[0]["status"], 499);
  EXPECT_THAT(send("GET", "/repos/o/r"), HasSubstr("200 OK"));
}

TEST_F(AdminTest, ABodyThatBreaksOff) {
  send("POST", "/admin/faults",
       R"([{"path": "/repos", "truncate": 4}, {"path": "/stream", "truncate": 25}])");
  const auto whole = send("GET", "/repos/o/r");
  EXPECT_THAT(whole, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_EQ(whole.substr(whole.find("\r\n\r\n") + 4), "0123");
  const auto stream = send("GET", "/stream");
  EXPECT_EQ(stream.size() - stream.find("\r\n\r\n") - 4, 25u);
  for (const auto& broken : journal()) EXPECT_EQ(broken["status"], 499) << broken.dump();
  EXPECT_THAT(send("GET", "/stream"), HasSubstr("\r\n0\r\n\r\n"));
}

TEST_F(AdminTest, ADelayHoldsUpThatRequestAlone) {
  send("POST", "/admin/faults", R"({"path": "/repos/slow", "delay_ms": 400})");
  const auto begin = std::chrono::steady_clock::now();
  std::jthread slow([this] { EXPECT_THAT(send("GET", "/repos/slow/r"), HasSubstr("200 OK")); });
  EXPECT_THAT(send("GET", "/repos/o/r"), HasSubstr("200 OK"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 400ms);
  slow.join();
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 400ms);
}

TEST_F(AdminTest, FaultsThatCannotBe) {
  for (const char* body :
       {"{", "[]x", "1", "{}", R"({"path": "/"})", R"({"status": "503"})", R"({"status": 99})",
        R"({"delay_ms": -1})", R"({"status": 503, "count": 0})", R"({"sttaus": 503})", R"({"drop": 1})",
        R"([{"status": 503}, {}])", R"({"path": 1, "drop": true})", R"({"truncate": 1.5})"})
    EXPECT_THAT(send("POST", "/admin/faults", body), HasSubstr("400 Bad Request")) << body;
  EXPECT_THAT(send("GET", "/admin/faults"), HasSubstr("\r\n\r\n[]\n"));
}

TEST_F(AdminTest, ResetForgetsEverything) {
  send("POST", "/admin/faults", R"({"path": "/repos", "drop": true})");
  send("GET", "/nothing");
  EXPECT_THAT(send("POST", "/admin/reset"), HasSubstr("204 No Content"));
  EXPECT_EQ(resets_, 1);
  EXPECT_THAT(journal(), IsEmpty());
  EXPECT_THAT(send("GET", "/repos/o/r"), HasSubstr("200 OK"));
}

TEST_F(AdminTest, SeedTakesJson) {
  EXPECT_THAT(send("POST", "/admin/seed", R"({"users": ["a"]})"), HasSubstr("204 No Content"));
  EXPECT_EQ(seeded_, Json::parse(R"({"users": ["a"]})"));
  EXPECT_THAT(send("POST", "/admin/seed", "\"bad\""), HasSubstr("422 Unprocessable"));
  EXPECT_THAT(send("POST", "/admin/seed", "{"), HasSubstr("the body is not JSON: "));
}

}  // namespace
}  // namespace fakes::admin
