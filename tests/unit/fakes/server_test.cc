#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "support.h"

namespace fakes::http {
namespace {

using namespace std::chrono_literals;
using support::Client;
using support::request;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

boost::asio::awaitable<void> echo(Exchange& exchange) {
  std::vector<char> piece(1000);
  co_await exchange.accept_body();
  co_await exchange.begin(text(200, ""));
  while (const size_t size = co_await exchange.read(boost::asio::buffer(piece)))
    co_await exchange.write(boost::asio::buffer(piece, size));
  co_await exchange.end();
}

boost::asio::awaitable<void> breaks_off(Exchange& exchange) {
  co_await exchange.begin(text(200, ""));
  co_await exchange.write(boost::asio::buffer("half", 4));
  throw HttpError(500, "broke off");
}

/// A server in this process, with limits short enough to wait for.
class ServerTest : public ::testing::Test {
 protected:
  explicit ServerTest(ServerOptions options = {.header_timeout = 20s, .idle_timeout = 20s})
      : server_(with_log(std::move(options))) {
    auto& router = server_.router();
    router.handle("GET", "/hello/{name}",
                  [](const Request& r) { return text(200, "hello " + r.params.at("name") + "\n"); });
    router.handle(
        "POST", "/body", [](const Request& r) { return text(201, r.body); }, 100);
    router.handle("GET", "/query", [](const Request& r) {
      return text(200, r.query + " " + header(r.headers, "x-a") + " " + r.client);
    });
    router.handle("GET", "/throws", [](const Request&) -> Response { throw std::runtime_error("it broke"); });
    router.handle("GET", "/teapot",
                  [](const Request&) -> Response { throw HttpError(418, "short and stout"); });
    router.handle("GET", "/nothing", [](const Request&) { return Response{.status = 204}; });
    router.handle("GET", "/waits", [this](const Request& r) { return wait_for_release(r); });
    router.handle("GET", "/header", [](const Request&) {
      return Response{.headers = {{"X-A", "a\r\nX-B: b"}}};
    });
    router.stream("POST", "/echo", echo);
    router.stream("GET", "/breaks-off", breaks_off);
    port_ = server_.listen("127.0.0.1", 0);
    thread_ = std::jthread([this] { server_.run(); });
  }
  ~ServerTest() override {
    released_ = true;
    released_.notify_all();
    server_.stop(5s);
  }

  ServerOptions with_log(ServerOptions options) {
    options.log = [this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      log_ += line + "\n";
    };
    return options;
  }
  std::string log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }
  Response wait_for_release(const Request& r) {
    ++waiting_;
    const std::stop_callback on_gone(r.gone, [this] {
      ++gone_;
      released_ = true;
      released_.notify_all();
    });
    released_.wait(false);
    return text(200, "released\n");
  }

  std::mutex mutex_;
  std::string log_;
  std::atomic<bool> released_ = false;
  std::atomic<int> waiting_ = 0, gone_ = 0;
  Server server_;
  unsigned short port_ = 0;
  std::jthread thread_;
};

TEST_F(ServerTest, AnswersAndLogs) {
  const auto answer = request(port_, "GET", "/hello/you");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello you\n");
  EXPECT_EQ(answer.headers.at("content-length"), "10");
  EXPECT_THAT(answer.headers.at("date"),
              MatchesRegex("[A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] 20[0-9][0-9] ..:..:.. GMT"));
  ASSERT_TRUE(support::eventually([&] { return !log().empty(); }));
  EXPECT_THAT(log(), MatchesRegex("20..-..-..T..:..:..\\....Z GET /hello/you 200 [0-9]+ ms\n"));
}

TEST_F(ServerTest, PassesQueryHeadersAndClient) {
  EXPECT_EQ(request(port_, "GET", "/query?a=1&b=%20", "", {"X-A: x"}).body, "a=1&b=%20 x 127.0.0.1");
  EXPECT_EQ(request(port_, "GET", "http://test/query?c").body, "c  127.0.0.1");
}

TEST_F(ServerTest, KeepsTheConnectionAndTakesPipelinedRequests) {
  Client client(port_);
  std::string many;
  for (int i = 0; i < 50; ++i) many += "GET /hello/" + std::to_string(i) + " HTTP/1.1\r\n\r\n";
  client.send(many);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(client.read_answer().body, "hello " + std::to_string(i) + "\n");
}

TEST_F(ServerTest, PipelinedBodiesStayApart) {
  Client client(port_);
  client.send(
      "POST /body HTTP/1.1\r\nContent-Length: 3\r\n\r\nonePOST /echo HTTP/1.1\r\nTransfer-Encoding: "
      "chunked\r\n\r\n"
      "3\r\ntwo\r\n0\r\n\r\nPOST /body HTTP/1.1\r\nTransfer-Encoding: "
      "chunked\r\n\r\n2\r\nth\r\n3;x=y\r\nree\r\n0\r\nTrailer: t\r\n\r\n");
  EXPECT_EQ(client.read_answer().body, "one");
  EXPECT_EQ(client.read_answer().body, "two");
  EXPECT_EQ(client.read_answer().body, "three");
}

TEST_F(ServerTest, ABodyMayComeByteByByte) {
  Client client(port_);
  for (const char c : std::string("POST /body HTTP/1.1\r\nContent-Length: 4\r\n\r\nslow"))
    client.send(std::string(1, c));
  EXPECT_EQ(client.read_answer().body, "slow");
}

TEST_F(ServerTest, AHalfSentRequestStopsNobodyElse) {
  std::vector<Client> halves;
  for (int i = 0; i < 100; ++i) {
    halves.emplace_back(port_);
    halves.back().send(i % 2 ? "POST /body HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf" : "GET /hel");
  }
  EXPECT_EQ(request(port_, "GET", "/hello/you").status, 200);
}

TEST_F(ServerTest, HandlersThatBlockStopNobodyElse) {
  std::vector<Client> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(port_);
    clients.back().send("GET /waits HTTP/1.1\r\n\r\n");
  }
  ASSERT_TRUE(support::eventually([&] { return waiting_ == 50; })) << waiting_;
  EXPECT_EQ(request(port_, "GET", "/hello/you").status, 200);
  released_ = true;
  released_.notify_all();
  for (auto& client : clients) EXPECT_EQ(client.read_answer().body, "released\n");
}

TEST_F(ServerTest, HeadHasTheHeadersOfGetAndNoBody) {
  Client client(port_);
  client.send("HEAD /hello/you HTTP/1.1\r\n\r\nGET /hello/me HTTP/1.1\r\n\r\n");
  const auto head = client.read_answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "10");
  EXPECT_EQ(client.read_answer().body, "hello me\n");
}

TEST_F(ServerTest, AnAnswerWithoutContentHasNoLength) {
  Client client(port_);
  client.send("GET /nothing HTTP/1.1\r\n\r\nGET /hello/me HTTP/1.1\r\n\r\n");
  const auto nothing = client.read_answer(true);
  EXPECT_EQ(nothing.status, 204);
  EXPECT_FALSE(nothing.headers.contains("content-length"));
  EXPECT_EQ(client.read_answer().body, "hello me\n");
}

TEST_F(ServerTest, UnknownPathsAndMethods) {
  const auto missing = request(port_, "GET", "/nope");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.json()["error"], "nothing is at /nope");
  const auto wrong = request(port_, "DELETE", "/hello/you");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "GET, HEAD");
  EXPECT_EQ(wrong.json()["error"], "/hello/you takes GET, HEAD, not DELETE");
  EXPECT_EQ(request(port_, "BREW", "/hello/you").status, 405);
  EXPECT_EQ(request(port_, "GET", "/hello/%zz").status, 400);
}

TEST_F(ServerTest, ExceptionsOfHandlersAreAnswers) {
  EXPECT_EQ(request(port_, "GET", "/throws").status, 500);
  EXPECT_EQ(request(port_, "GET", "/throws").json()["error"], "it broke");
  EXPECT_EQ(request(port_, "GET", "/teapot").status, 418);
  EXPECT_THAT(log(), HasSubstr("GET /throws failed: it broke"));
}

TEST_F(ServerTest, AHeaderValueCannotMakeAnotherHeader) {
  const auto answer = request(port_, "GET", "/header");
  EXPECT_EQ(answer.headers.at("x-a"), "a  X-B: b");
  EXPECT_FALSE(answer.headers.contains("x-b"));
}

TEST_F(ServerTest, RefusesWhatIsNoHttp) {
  for (const std::string wrong :
       {"hello\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n", "POST /body HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "POST /body HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    Client client(port_);
    client.send(wrong);
    EXPECT_EQ(client.read_answer().status, 400) << wrong;
    EXPECT_TRUE(client.at_end());
  }
}

TEST_F(ServerTest, RefusesEncodingsAndExpectationsItDoesNotKnow) {
  EXPECT_EQ(request(port_, "POST", "/body", "", {"Transfer-Encoding: gzip"}).status, 501);
  EXPECT_EQ(request(port_, "POST", "/body", "a", {"Expect: the-unexpected"}).status, 417);
}

TEST_F(ServerTest, RefusesAMalformedChunk) {
  for (const std::string path : {"/body", "/echo"}) {
    Client client(port_);
    client.send("POST " + path + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, path == "/body" ? 400 : 200) << path;
    EXPECT_TRUE(client.at_end()) << "no end of the answer that looks like one";
  }
}

TEST_F(ServerTest, TellsAClientThatAsksToSendItsBody) {
  Client client(port_);
  client.send("POST /body HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_line(), "HTTP/1.1 100 Continue");
  EXPECT_EQ(client.read_line(), "");
  client.send("ok");
  EXPECT_EQ(client.read_answer().body, "ok");
}

TEST_F(ServerTest, DoesNotAskForABodyItWillRefuse) {
  for (const std::string start :
       {"POST /nope HTTP/1.1\r\nContent-Length: 2", "POST /body HTTP/1.1\r\nContent-Length: 200"}) {
    Client client(port_);
    client.send(start + "\r\nExpect: 100-continue\r\n\r\n");
    const auto answer = client.read_answer();
    EXPECT_EQ(answer.status, start.find("nope") == std::string::npos ? 413 : 404);
    EXPECT_EQ(answer.headers.at("connection"), "close");
    EXPECT_TRUE(client.at_end());
  }
}

TEST_F(ServerTest, RefusesABodyThatIsTooLong) {
  EXPECT_EQ(request(port_, "POST", "/body", std::string(100, 'x')).body.size(), 100U);
  EXPECT_EQ(request(port_, "POST", "/body", std::string(101, 'x')).status, 413);
  EXPECT_EQ(request(port_, "POST", "/body", std::string(3'000'000, 'x')).status, 413);
  Client client(port_);
  client.send("POST /body HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') +
              "\r\n");
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST_F(ServerTest, RefusesAHeadThatIsTooLong) {
  EXPECT_EQ(request(port_, "GET", "/hello/you", "", {"X-A: " + std::string(60'000, 'x')}).status, 200);
  EXPECT_EQ(request(port_, "GET", "/hello/you", "", {"X-A: " + std::string(66'000, 'x')}).status, 431);
  EXPECT_EQ(request(port_, "GET", "/" + std::string(2'000'000, 'x')).status, 431);
}

TEST_F(ServerTest, StreamsBothWays) {
  Client client(port_);
  client.send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
  for (int i = 0; i < 4; ++i) client.read_line();
  EXPECT_EQ(client.read_line(), "");
  EXPECT_EQ(client.read_line(), "5");
  EXPECT_EQ(client.read_line(), "first");
  client.send("3\r\nend\r\n0\r\n\r\n");
  EXPECT_EQ(client.read(13), "3\r\nend\r\n0\r\n\r\n");
}

TEST_F(ServerTest, Http10GetsNoChunksAndAnEndOfConnection) {
  Client client(port_);
  client.send("POST /echo HTTP/1.0\r\nContent-Length: 4\r\n\r\nold!");
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_FALSE(answer.headers.contains("transfer-encoding"));
  EXPECT_EQ(answer.body, "old!");
  Client other(port_);
  other.send("GET /hello/you HTTP/1.0\r\n\r\n");
  EXPECT_EQ(other.read_answer().body, "hello you\n");
  EXPECT_TRUE(other.at_end());
}

TEST_F(ServerTest, AnAnswerThatBreaksOffDoesNotLookWhole) {
  Client client(port_);
  client.send("GET /breaks-off HTTP/1.1\r\n\r\n");
  while (!client.read_line().empty()) {
  }
  EXPECT_EQ(client.read(100), "4\r\nhalf\r\n");
  EXPECT_TRUE(client.at_end());
}

TEST_F(ServerTest, AClientThatLeavesIsNoticedWhileItsHandlerRuns) {
  {
    Client client(port_);
    client.send("GET /waits HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(support::eventually([&] { return waiting_ == 1; }));
  }
  EXPECT_TRUE(support::eventually([&] { return gone_ == 1; }));
}

TEST_F(ServerTest, StopFinishesWhatIsInFlightAndTakesNothingNew) {
  Client idle(port_), busy(port_);
  busy.send("GET /waits HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(support::eventually([&] { return waiting_ == 1; }));
  server_.stop(60s);
  EXPECT_TRUE(idle.at_end());
  EXPECT_THROW(Client{port_}, std::system_error);
  released_ = true;
  released_.notify_all();
  const auto answer = busy.read_answer();
  EXPECT_EQ(answer.body, "released\n");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  thread_.join();
}

TEST_F(ServerTest, StopCutsWhatTakesLongerThanItsGrace) {
  Client busy(port_);
  busy.send("GET /waits HTTP/1.1\r\n\r\n");
  Client half(port_);
  half.send("POST /echo HTTP/1.1\r\nContent-Length: 4\r\n\r\n");
  ASSERT_TRUE(support::eventually([&] { return waiting_ == 1; }));
  server_.stop(100ms);
  thread_.join();
  EXPECT_EQ(gone_, 1);
  EXPECT_EQ(busy.read(1000), "");
}

TEST_F(ServerTest, APortThatIsTakenIsNamed) {
  Server other({});
  try {
    other.listen("127.0.0.1", port_);
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error& e) {
    EXPECT_EQ(e.what(), "cannot listen on 127.0.0.1:" + std::to_string(port_) + ": Address already in use");
  }
  EXPECT_THROW(other.listen("localhost", 0), std::runtime_error);
}

TEST(ServerUrl, PutsBracketsAroundIpV6) {
  EXPECT_EQ(url_of("http", "127.0.0.1", 80), "http://127.0.0.1:80");
  EXPECT_EQ(url_of("https", "::1", 4443), "https://[::1]:4443");
}

TEST(ServerTls, NamesTheFileThatCannotBeUsed) {
  try {
    tls_context("/nonexistent/cert.pem", "/nonexistent/key.pem");
    FAIL() << "no file, no error";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("/nonexistent/cert.pem"));
  }
}

class SlowClientTest : public ServerTest {
 protected:
  SlowClientTest()
      : ServerTest({.max_connections = 3,
                    .header_timeout = 300ms,
                    .body_timeout = 600ms,
                    .idle_timeout = 700ms,
                    .pause_timeout = 300ms}) {}
};

TEST_F(SlowClientTest, AHeadThatDoesNotComeIs408) {
  Client client(port_);
  client.send("GET /hello/you HT");
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.status, 408);
  EXPECT_TRUE(client.at_end());
}

TEST_F(SlowClientTest, ABodyThatStopsIs408) {
  Client client(port_);
  client.send("POST /body HTTP/1.1\r\nContent-Length: 4\r\n\r\nab");
  EXPECT_EQ(client.read_answer().status, 408);
  EXPECT_TRUE(client.at_end());
}

TEST_F(SlowClientTest, ABodyThatTricklesIs408) {
  Client client(port_);
  client.send("POST /body HTTP/1.1\r\nContent-Length: 90\r\n\r\n");
  std::jthread trickle([&client](std::stop_token stop) {
    while (!stop.stop_requested()) {
      client.send("x");
      std::this_thread::sleep_for(50ms);
    }
  });
  EXPECT_EQ(client.read_answer().status, 408);
}

TEST_F(SlowClientTest, AConnectionWithoutARequestIsClosed) {
  Client client(port_);
  client.send("GET /hello/you HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_TRUE(client.at_end());
}

TEST_F(SlowClientTest, OneConnectionTooManyGetsA503) {
  std::vector<Client> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back(port_);
    waiting.back().send("GET /waits HTTP/1.1\r\n\r\n");
  }
  ASSERT_TRUE(support::eventually([&] { return waiting_ == 3; }));
  Client client(port_);
  EXPECT_EQ(client.read_answer().status, 503);
  released_ = true;
  released_.notify_all();
  for (auto& one : waiting) EXPECT_EQ(one.read_answer().status, 200);
  waiting.clear();
  EXPECT_TRUE(support::eventually([&] { return request(port_, "GET", "/hello/you").status == 200; }));
}

}  // namespace
}  // namespace fakes::http
