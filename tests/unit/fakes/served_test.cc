#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "http/exchange.h"
#include "http/server.h"
#include "support.h"

namespace fakes::http {
namespace {

using namespace std::chrono_literals;
using support::Client;
using testing::ElementsAre;

boost::asio::awaitable<void> in_chunks(Exchange& exchange) {
  co_await exchange.begin(text(200, ""));
  co_await exchange.write(boost::asio::buffer("chunk", 5));
  co_await exchange.end();
}

boost::asio::awaitable<void> sized(Exchange& exchange) {
  co_await exchange.begin(text(200, ""), 10);
  co_await exchange.write(boost::asio::buffer("first", 5));
  co_await exchange.write(boost::asio::buffer("other", 5));
  co_await exchange.end();
}

boost::asio::awaitable<void> empty(Exchange& exchange) {
  co_await exchange.begin(text(200, ""), 0);
  co_await exchange.end();
}

/// What the server was told, in words.
class ServedTest : public testing::Test {
 protected:
  ServedTest() {
    auto& router = server_.router();
    router.handle("GET", "/whole", [](const Request&) { return text(200, "all\n"); });
    router.handle("GET", "/nothing", [](const Request&) { return Response{.status = 204}; });
    router.stream("GET", "/chunks", in_chunks);
    router.stream("GET", "/sized", sized);
    router.stream("GET", "/empty", empty);
    router.stream("GET", "/cut", [](Exchange& exchange) -> boost::asio::awaitable<void> {
      co_await exchange.begin(text(200, ""));
    });
    port_ = server_.listen("127.0.0.1", 0);
    thread_ = std::jthread([this] { server_.run(); });
  }
  ~ServedTest() override { server_.stop(5s); }

  /// It takes its time, so that an answer that does not wait for it is there first.
  std::uint64_t served(const Request& request, const Outcome& outcome) {
    std::this_thread::sleep_for(20ms);
    const std::lock_guard lock(mutex_);
    told_.push_back(request.path + " " + std::to_string(outcome.status));
    return told_.size();
  }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  std::mutex mutex_;
  std::vector<std::string> told_;
  std::atomic<std::uint64_t> broken_off_ = 0;
  Server server_{
      {.served = [this](const Request& request, const Outcome& outcome) { return served(request, outcome); },
       .broken_off = [this](std::uint64_t id) { broken_off_ = id; }}};
  unsigned short port_ = 0;
  std::jthread thread_;
};

TEST_F(ServedTest, WhoHasAnAnswerFindsItTold) {
  Client client(port_);
  for (const std::string path : {"/whole", "/nothing", "/chunks", "/sized", "/empty", "/nowhere"}) {
    client.send("GET " + path + " HTTP/1.1\r\n\r\n");
    const auto answer = client.read_answer(path == "/nothing");
    ASSERT_FALSE(told().empty()) << path;
    EXPECT_EQ(told().back(), path + " " + std::to_string(answer.status));
  }
  EXPECT_EQ(told().size(), 6u) << "once each";
  EXPECT_EQ(broken_off_, 0u);
}

TEST_F(ServedTest, AnAnswerThatIsCutIs499) {
  Client client(port_);
  client.send("GET /cut HTTP/1.1\r\n\r\n");
  while (!client.read_line().empty()) {
  }
  EXPECT_TRUE(client.at_end());
  EXPECT_THAT(told(), ElementsAre("/cut 499"));
}

}  // namespace
}  // namespace fakes::http
