#include "base/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "base/error.h"
#include "support/files.h"
#include "support/http_server.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;

const char* const kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& data) {
  std::ostringstream text;
  text << std::hex << data.size() << "\r\n" << data << "\r\n";
  return text.str();
}

HttpClient client_of(const HttpServer& server) { return HttpClient("http://" + server.host()); }

template <class Work>
std::string message_of(Work&& work) {
  try {
    work();
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(HttpClientTest, SendsAndReceivesWhole) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(201, "the body", {{"X-Answer", "yes"}}); });
  const auto response = client_of(server).request("PUT", "/path?q=1", "payload", {{"X-Question", "what"}});
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "the body");
  EXPECT_EQ(response.headers.at("x-answer"), "yes");
  const auto request = server.requests().at(0);
  EXPECT_EQ(request.method + " " + request.target, "PUT /path?q=1");
  EXPECT_EQ(request.body, "payload");
  EXPECT_EQ(request.headers.at("x-question"), "what");
  EXPECT_EQ(request.headers.at("host"), server.host());
}

TEST(HttpClientTest, AStatusOfFailureIsAValue) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(503, "later"); });
  EXPECT_EQ(client_of(server).request("GET", "/").status, 503);
}

TEST(HttpClientTest, HeadHasNoBody) {
  HttpServer server([](const auto&, auto& answer) { answer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"); });
  const auto response = client_of(server).request("HEAD", "/");
  EXPECT_EQ(response.headers.at("content-length"), "1000000");
  EXPECT_EQ(response.body, "");
}

TEST(HttpClientTest, BodiesOfAnySizePass) {
  const std::string large(20'000'000, 'x');
  HttpServer server([](const auto& request, auto& answer) { answer.reply(200, request.body); });
  EXPECT_TRUE(client_of(server).request("POST", "/", large).body == large);
}

TEST(HttpClientTest, AUnixSocketWorksTheSame) {
  const TempProject dir;
  HttpServer server([](const auto& request, auto& answer) { answer.reply(200, request.target); }, (dir / "socket").string());
  EXPECT_EQ(HttpClient("unix:" + (dir / "socket").string()).request("GET", "/here").body, "/here");
}

TEST(HttpClientTest, ARefusedConnectionNamesTheAddress) {
  std::string address;
  {
    const HttpServer server([](const auto&, auto&) {});
    address = "http://" + server.host();
  }
  EXPECT_EQ(message_of([&] { HttpClient(address).request("GET", "/"); }), address + ": Connection refused");
  EXPECT_EQ(message_of([&] { HttpClient(address).stream_lines("/", [](const auto&) { return true; }, {}); }), address + ": Connection refused");
  EXPECT_EQ(message_of([] { HttpClient("unix:/no/such/socket").request("GET", "/"); }), "unix:/no/such/socket: No such file or directory");
}

TEST(HttpClientTest, ABrokenConnectionIsAnError) {
  HttpServer server([](const auto&, auto& answer) { answer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"); });
  EXPECT_THAT(message_of([&] { client_of(server).request("GET", "/"); }), HasSubstr(server.host()));
  EXPECT_THAT(message_of([&] { client_of(server).stream_lines("/", [](const auto&) { return true; }, {}); }), HasSubstr(server.host()));
}

TEST(HttpClientTest, ARequestStopsAtOnce) {
  std::stop_source stop;
  std::atomic<Clock::time_point> stopped;
  HttpServer server([&](const auto&, auto& answer) {
    stopped = Clock::now();
    stop.request_stop();
    answer.wait_for_close();
  });
  EXPECT_THROW(client_of(server).request("GET", "/", {}, {}, stop.get_token()), Cancelled);
  EXPECT_LT(Clock::now() - stopped.load(), 100ms);
  EXPECT_THROW(client_of(server).request("GET", "/", {}, {}, stop.get_token()), Cancelled);
}

TEST(HttpClientTest, LinesComeAsTheyAreSent) {
  std::latch first_seen(1);
  HttpServer server([&](const auto&, auto& answer) {
    answer.send(kChunked + chunk("one\ntw"));
    first_seen.wait();  // the second line is sent only once the first has arrived
    answer.send(chunk("o\n\nfour") + chunk("\n") + "0\r\n\r\n");
  });
  std::vector<std::string> lines;
  const int status = client_of(server).stream_lines("/", [&](const std::string& line) {
    lines.push_back(line);
    if (lines.size() == 1) first_seen.count_down();
    return true;
  }, {});
  EXPECT_EQ(status, 200);
  EXPECT_THAT(lines, ElementsAre("one", "two", "", "four"));
}

TEST(HttpClientTest, LongLinesComeWhole) {
  const std::string line(3'000'000, 'x');
  HttpServer server([&](const auto&, auto& answer) { answer.reply(200, line + "\n" + line + "\n"); });
  size_t lines = 0;
  client_of(server).stream_lines("/", [&](const std::string& seen) {
    lines += seen == line;
    return true;
  }, {});
  EXPECT_EQ(lines, 2u);
}

TEST(HttpClientTest, TheReaderMayEndTheStream) {
  HttpServer server([](const auto&, auto& answer) {
    answer.send(kChunked + chunk("one\ntwo\nthree\n"));
    answer.wait_for_close();
  });
  std::vector<std::string> lines;
  client_of(server).stream_lines("/", [&](const std::string& line) {
    lines.push_back(line);
    return lines.size() < 2;
  }, {});
  EXPECT_THAT(lines, ElementsAre("one", "two"));
}

TEST(HttpClientTest, AStreamThatIsRefusedGivesNoLines) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(404, "not\nhere\n"); });
  size_t lines = 0;
  EXPECT_EQ(client_of(server).stream_lines("/", [&](const auto&) { return ++lines > 0; }, {}), 404);
  EXPECT_EQ(lines, 0u);
}

TEST(HttpClientTest, AStreamStopsWithinAHundredMilliseconds) {
  HttpServer server([](const auto&, auto& answer) {
    answer.send(kChunked + chunk("one\n"));
    answer.wait_for_close();
  });
  std::stop_source stop;
  std::atomic<Clock::time_point> stopped;
  std::latch seen(1);
  const std::jthread stopper([&] {
    seen.wait();
    stopped = Clock::now();
    stop.request_stop();
  });
  client_of(server).stream_lines("/", [&](const auto&) {
    seen.count_down();
    return true;
  }, stop.get_token());
  EXPECT_LT(Clock::now() - stopped.load(), 100ms);
}

TEST(HttpClientTest, NoDescriptorIsLeft) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(200, "line\n"); });
  const auto client = client_of(server);
  client.request("GET", "/");
  const auto before = open_fds();
  for (int i = 0; i < 50; ++i) {
    client.request("GET", "/");
    client.stream_lines("/", [](const auto&) { return true; }, {});
  }
  // The server closes its ends a few connections later.
  EXPECT_LT(open_fds(), before + 20);
}

}  // namespace
}  // namespace harness
