#include "base/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <latch>
#include <thread>

#include "base/error.h"
#include "support/environment.h"
#include "support/files.h"
#include "support/http_server.h"
#include "support/tls.h"
#include "support/tls_server.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = HttpError::Kind;
using testing::HasSubstr;
using testing::StartsWith;

const char* const kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(const std::string& data) {
  std::ostringstream text;
  text << std::hex << data.size() << "\r\n" << data << "\r\n";
  return text.str();
}

HttpClient client_of(const HttpServer& server, const HttpClient::Limits& limits = {}) {
  return HttpClient("http://" + server.host(), limits);
}

Deadline soon(std::stop_token stop = {}) { return {10s, std::move(stop)}; }

template <class Work>
HttpError http_error_of(Work&& work) {
  try {
    work();
  } catch (const HttpError& e) {
    return e;
  }
  ADD_FAILURE() << "no HttpError was thrown";
  return {Kind::broken, ""};
}

/// An address that takes no connection and refuses none: its backlog is full.
class Unreachable {
 public:
  Unreachable() {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    bind(listening_, reinterpret_cast<sockaddr*>(&address_), size);
    listen(listening_, 0);
    getsockname(listening_, reinterpret_cast<sockaddr*>(&address_), &size);
    for (int& waiting : waiting_) {
      waiting = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      static_cast<void>(connect(waiting, reinterpret_cast<sockaddr*>(&address_), sizeof address_));
    }
  }
  ~Unreachable() {
    for (const int waiting : waiting_) close(waiting);
    close(listening_);
  }
  Unreachable(const Unreachable&) = delete;
  Unreachable& operator=(const Unreachable&) = delete;
  std::string url() const { return "http://127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }

 private:
  const int listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int waiting_[4] = {};
  sockaddr_in address_{};
};

TEST(HttpTest, SendsAndReceivesWhole) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(201, "the body", {{"X-Answer", "yes"}}); });
  const auto response =
      client_of(server).send({"PUT", "/path?q=1", {{"X-Question", "what"}}, "payload"}, soon());
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "the body");
  EXPECT_EQ(response.headers.at("x-answer"), "yes");
  const auto request = server.requests().at(0);
  EXPECT_EQ(request.method + " " + request.target, "PUT /path?q=1");
  EXPECT_EQ(request.body, "payload");
  EXPECT_EQ(request.headers.at("x-question"), "what");
  EXPECT_EQ(request.headers.at("host"), server.host());
  EXPECT_FALSE(request.headers.contains("expect"));
  EXPECT_FALSE(request.headers.contains("content-type")) << "nobody gave one";
}

TEST(HttpTest, EachMethodIsSentAsItIsCalled) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(200); });
  const auto client = client_of(server);
  for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
    EXPECT_EQ(client.send({.method = method, .path = "/a"}, soon()).status, 200) << method;
  for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
    EXPECT_EQ(server.count(std::string(method) + " /a"), 1u) << method;
}

TEST(HttpTest, AStatusOfFailureIsAValue) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(503, "later"); });
  EXPECT_EQ(client_of(server).send({}, soon()).status, 503);
}

TEST(HttpTest, HeadHasNoBody) {
  HttpServer server(
      [](const auto&, auto& answer) { answer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"); });
  const auto response = client_of(server).send({.method = "HEAD"}, soon());
  EXPECT_EQ(response.headers.at("content-length"), "1000000");
  EXPECT_EQ(response.body, "");
}

TEST(HttpTest, BodiesOfAnySizePass) {
  const std::string large(20'000'000, 'x');
  HttpServer server([](const auto& request, auto& answer) { answer.reply(200, request.body); });
  EXPECT_TRUE(client_of(server).send({.method = "POST", .body = large}, soon()).body == large);
}

TEST(HttpTest, AnAnswerHasALimit) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(200, std::string(3 << 20, 'x')); });
  const auto error = http_error_of([&] { client_of(server, {.body = 2 << 20}).send({}, soon()); });
  EXPECT_THAT(error.what(), HasSubstr("the answer is longer than 2 MB"));
}

TEST(HttpTest, AUnixSocketWorksTheSame) {
  const TempProject dir;
  HttpServer server([](const auto& request, auto& answer) { answer.reply(200, request.target); },
                    (dir / "socket").string());
  EXPECT_EQ(HttpClient("unix:" + (dir / "socket").string()).send({.path = "/here"}, soon()).body, "/here");
}

TEST(HttpTest, NoConnectionIsSaidWithItsCause) {
  std::string address;
  {
    const HttpServer server([](const auto&, auto&) {});
    address = "http://" + server.host();
  }
  const auto refused = http_error_of([&] { HttpClient(address).send({}, soon()); });
  EXPECT_EQ(std::string(refused.what()), address + ": Connection refused");
  EXPECT_EQ(refused.kind, Kind::not_sent);
  const auto missing = http_error_of([] { HttpClient("unix:/no/such/socket").send({}, soon()); });
  EXPECT_EQ(std::string(missing.what()), "unix:/no/such/socket: No such file or directory");
  EXPECT_EQ(missing.kind, Kind::not_sent);
  const auto unknown = http_error_of([] { HttpClient("http://no-such-host.invalid").send({}, soon()); });
  EXPECT_THAT(unknown.what(), HasSubstr("Could not resolve host"));
  EXPECT_EQ(unknown.kind, Kind::not_sent);
  EXPECT_EQ(http_error_of([] { HttpClient("unix:/" + std::string(200, 'x')).send({}, soon()); }).kind,
            Kind::not_sent);
}

TEST(HttpTest, ABrokenAnswerIsAnError) {
  HttpServer half(
      [](const auto&, auto& answer) { answer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"); });
  HttpServer nothing([](const auto&, auto&) {});
  HttpServer open_chunks([](const auto&, auto& answer) { answer.send(kChunked + chunk("part")); });
  HttpServer tls(
      [](const auto&, auto& answer) { answer.send(std::string("\x15\x03\x01\x00\x02\x02\x16", 7)); });
  for (const auto* server : {&half, &nothing, &open_chunks, &tls}) {
    const auto error = http_error_of([&] { client_of(*server).send({}, soon()); });
    EXPECT_EQ(error.kind, Kind::broken) << error.what();
    EXPECT_THAT(error.what(), StartsWith("http://" + server->host() + ": "));
  }
  EXPECT_THAT(http_error_of([&] { client_of(tls).send({}, soon()); }).what(),
              HasSubstr("does not speak HTTP"));
  const auto plain = http_error_of([&] { HttpClient("https://" + half.host()).send({}, soon()); });
  EXPECT_EQ(plain.kind, Kind::not_sent) << plain.what();
}

TEST(HttpTest, ACertificateIsBelievedByItsAuthority) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(200, "answer"); });
  const TestAuthority authority, other;
  const TlsFront front(server.port(), authority.issue("a.localhost"));
  const auto get = [](const std::string& host, const HttpAccess& access) {
    return HttpClient("https://" + host, {}, access).send({}, soon()).body;
  };
  const auto right = front.host("a.localhost"), wrong = front.host("b.localhost");
  EXPECT_EQ(get(right, {.authority = authority.certificate()}), "answer");
  EXPECT_EQ(get(right, {.authority = other.certificate() + authority.certificate()}), "answer");
  EXPECT_EQ(get(wrong, {.believes_anybody = true}), "answer");
  for (const auto& text : {std::string(), other.certificate(), system_authorities()})
    EXPECT_EQ(http_error_of([&] { get(right, {.authority = text}); }).kind, Kind::untrusted);
  EXPECT_EQ(http_error_of([&] { get(wrong, {.authority = authority.certificate()}); }).kind, Kind::untrusted);
}

TEST(HttpTest, AClientShowsItsCertificate) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(200, "answer"); });
  const TestAuthority authority;
  const TlsFront front(server.port(), authority.issue("a.localhost"), authority.certificate());
  HttpAccess access{.authority = authority.certificate()};
  const auto get = [&] {
    return HttpClient("https://" + front.host("a.localhost"), {}, access).send({}, soon()).body;
  };
  EXPECT_THROW(get(), HttpError);
  const auto own = authority.issue("alice");
  access.certificate = own.certificate;
  access.key = own.key;
  EXPECT_EQ(get(), "answer");
}

TEST(HttpTest, AHeaderThatComesTwiceIsOneList) {
  HttpServer server([](const auto&, auto& answer) {
    answer.send(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nWWW-Authenticate: A\r\nwww-authenticate: B c=d\r\n\r\n");
  });
  EXPECT_EQ(client_of(server).send({}, soon()).headers.at("www-authenticate"), "A, B c=d");
}

TEST(HttpTest, AConnectionThatIsNotTakenIsGivenUp) {
  const Unreachable nobody;
  const HttpClient client(nobody.url(), {.connect = 300ms});
  const auto begin = Clock::now();
  EXPECT_EQ(http_error_of([&] { client.send({}, soon()); }).kind, Kind::not_sent);
  EXPECT_LT(Clock::now() - begin, 2s);
}

TEST(HttpTest, AStopEndsAConnect) {
  const Unreachable nobody;
  std::stop_source stop;
  Clock::time_point stopped;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(200ms);
    stopped = Clock::now();
    stop.request_stop();
  });
  EXPECT_THROW(HttpClient(nobody.url()).send({}, soon(stop.get_token())), Cancelled);
  EXPECT_LT(Clock::now() - stopped, 100ms);
}

TEST(HttpTest, ASilentServerIsGivenUp) {
  HttpServer server([](const auto&, auto& answer) { answer.wait_for_close(); });
  const auto error = http_error_of([&] { client_of(server, {.idle = 200ms}).send({}, soon()); });
  EXPECT_EQ(error.kind, Kind::timeout);
  EXPECT_THAT(error.what(), HasSubstr("nothing was sent or received for 0.2s"));
}

TEST(HttpTest, ADripEndsWithItsDeadline) {
  HttpServer headers([](const auto&, auto& answer) {
    for (int i = 0; answer.send(i == 0 ? "HTTP/1.1 200 OK\r\n" : "x"); ++i) std::this_thread::sleep_for(20ms);
  });
  HttpServer body([](const auto&, auto& answer) {
    answer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (answer.send("x")) std::this_thread::sleep_for(20ms);
  });
  const auto dripped = http_error_of([&] { client_of(headers, {.idle = 300ms}).send({}, soon()); });
  EXPECT_EQ(dripped.kind, Kind::timeout) << "half a header is not progress";
  const auto begin = Clock::now();
  const auto error = http_error_of([&] { client_of(body, {.idle = 300ms}).send({}, Deadline(1s, {})); });
  EXPECT_EQ(error.kind, Kind::timeout);
  EXPECT_THAT(error.what(), HasSubstr("no complete answer within 1.0s"));
  EXPECT_LT(Clock::now() - begin, 1500ms);
}

TEST(HttpTest, TooLittleIsAsGoodAsNothing) {
  HttpServer server([](const auto&, auto& answer) {
    answer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (answer.send("x")) std::this_thread::sleep_for(20ms);
  });
  const auto error =
      http_error_of([&] { client_of(server, {.idle = 300ms, .least = 1024}).send({}, soon()); });
  EXPECT_EQ(error.kind, Kind::timeout);
  EXPECT_THAT(error.what(), HasSubstr("less than 1024 bytes were sent or received for 0.3s"));
}

TEST(HttpTest, ARequestStopsAtOnce) {
  std::stop_source stop;
  std::atomic<Clock::time_point> stopped;
  HttpServer server([&](const auto&, auto& answer) {
    stopped = Clock::now();
    stop.request_stop();
    answer.wait_for_close();
  });
  EXPECT_THROW(client_of(server).send({}, soon(stop.get_token())), Cancelled);
  EXPECT_LT(Clock::now() - stopped.load(), 100ms);
  EXPECT_THROW(client_of(server).send({}, soon(stop.get_token())), Cancelled);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(HttpTest, HeadersAreGivenBeforeTheBodyEnds) {
  HttpServer endless([](const auto&, auto& answer) {
    answer.send(std::string("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n") + kChunked);
    while (answer.send(chunk(std::string(1000, 'x')))) {
    }
  });
  HttpServer hanging([](const auto&, auto& answer) {
    answer.send("HTTP/1.1 404 Not Found\r\nX-Gateway: 1\r\n\r\n");
    answer.wait_for_close();
  });
  const auto begin = Clock::now();
  const auto streamed = client_of(endless).head_of({}, soon()), hung = client_of(hanging).head_of({}, soon());
  EXPECT_EQ(streamed.status, 200);
  EXPECT_EQ(streamed.body, "");
  EXPECT_EQ(hung.status, 404);
  EXPECT_TRUE(hung.headers.contains("x-gateway"));
  EXPECT_LT(Clock::now() - begin, 2s);
}

TEST(HttpTest, AStreamComesAsItIsSent) {
  std::latch first_seen(1);
  HttpServer server([&](const auto&, auto& answer) {
    answer.send(kChunked + chunk("one"));
    first_seen.wait();  // the second is sent only once the first has arrived
    answer.send(chunk("two") + "0\r\n\r\n");
  });
  std::string all;
  const auto response = client_of(server).stream(
      {},
      [&](std::string_view data) {
        if (all.empty()) first_seen.count_down();
        all += data;
        return true;
      },
      soon());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(all, "onetwo");
}

TEST(HttpTest, TheReaderMayEndTheStream) {
  HttpServer server([](const auto&, auto& answer) {
    answer.send(kChunked + chunk("one"));
    answer.wait_for_close();
  });
  EXPECT_EQ(client_of(server)
                .stream(
                    {}, [](auto) { return false; }, soon())
                .status,
            200);
  EXPECT_THROW(client_of(server).stream(
                   {}, [](auto) -> bool { throw std::runtime_error("the reader's own"); }, soon()),
               std::runtime_error);
}

TEST(HttpTest, AStreamThatIsRefusedHasItsReason) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(404, "not here"); });
  const auto response = client_of(server).stream(
      {}, [](auto) { return ADD_FAILURE(), true; }, soon());
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "not here");
}

TEST(HttpTest, AStreamStopsWithinAHundredMilliseconds) {
  HttpServer server([](const auto&, auto& answer) {
    answer.send(kChunked + chunk("one"));
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
  EXPECT_THROW(client_of(server).stream(
                   {}, [&](auto) { return seen.count_down(), true; }, soon(stop.get_token())),
               Cancelled);
  EXPECT_LT(Clock::now() - stopped.load(), 100ms);
}

TEST(HttpTest, OthersAreAskedThroughTheProxyAndThisMachineIsNot) {
  HttpServer proxy([](const auto& request, auto& answer) { answer.reply(200, "proxy: " + request.target); });
  HttpServer server([](const auto&, auto& answer) { answer.reply(200, "itself"); });
  const ScopedVariable small("http_proxy", std::nullopt), large("HTTP_PROXY", "http://" + proxy.host()),
      except("NO_PROXY", ".direct.invalid");
  EXPECT_EQ(HttpClient("http://registry.invalid:5000").send({.path = "/v2/"}, soon()).body,
            "proxy: http://registry.invalid:5000/v2/");
  EXPECT_EQ(client_of(server).send({}, soon()).body, "itself");
  EXPECT_EQ(HttpClient("http://127.0.0.1:" + std::to_string(server.port())).send({}, soon()).body, "itself");
  EXPECT_EQ(http_error_of([] { HttpClient("http://x.direct.invalid").send({}, soon()); }).kind,
            Kind::not_sent);
  const ScopedVariable none("NO_PROXY", "x, *");
  EXPECT_EQ(http_error_of([] { HttpClient("http://registry.invalid:5000").send({}, soon()); }).kind,
            Kind::not_sent);
}

TEST(HttpTest, AProxyThatIsGivenIsForAll) {
  HttpServer proxy([](const auto& request, auto& answer) { answer.reply(200, "proxy: " + request.target); });
  HttpServer server([](const auto&, auto& answer) { answer.reply(200, "itself"); });
  const ScopedVariable variable("http_proxy", "http://127.0.0.1:1"), except("NO_PROXY", "*");
  const auto through = [&](const std::string& given) {
    return HttpClient("http://" + server.host(), {}, {.proxy = given}).send({.path = "/"}, soon()).body;
  };
  EXPECT_EQ(through("http://" + proxy.host()), "proxy: http://" + server.host() + "/");
  EXPECT_EQ(through(""), "itself");
}

TEST(HttpTest, HeadersOfTheClientAreSentEachTime) {
  HttpServer server(
      [](const auto& request, auto& answer) { answer.reply(200, request.headers.at("x-count")); });
  int count = 0;
  const HttpClient client("http://" + server.host(), {},
                          {.headers = [&] { return std::vector{"X-Count: " + std::to_string(++count)}; }});
  EXPECT_EQ(client.send({}, soon()).body, "1");
  EXPECT_EQ(client.send({}, soon()).body, "2");
}

TEST(HttpTest, TlsIsRefusedByName) {
  const TestCertificates certificates;
  const TlsServer server(certificates, [](const auto&) { return std::pair(200, std::string("yes")); });
  const auto address = "https://" + server.host();
  const auto authority = certificates.pem("authority.pem");
  EXPECT_EQ(HttpClient(address, {}, {.authority = authority}).send({}, soon()).body, "yes");
  for (const auto& access : {HttpAccess(), HttpAccess{.authority = certificates.pem("other.pem")},
                             HttpAccess{.authority = authority, .name = "other.test"},
                             HttpAccess{.authority = authority, .certificate = "-----BEGIN", .key = "x"}}) {
    const auto error = http_error_of([&] { HttpClient(address, {}, access).send({}, soon()); });
    EXPECT_EQ(error.kind, Kind::untrusted) << error.what();
    EXPECT_THAT(error.what(), StartsWith(address + ": "));
  }
}

TEST(HttpTest, ManyThreadsShareAClient) {
  HttpServer server([](const auto& request, auto& answer) { answer.reply(200, request.target); });
  const auto client = client_of(server);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 20; ++i) {
        const auto path = "/" + std::to_string(thread) + "/" + std::to_string(i);
        EXPECT_EQ(client.send({.path = path}, soon()).body, path);
      }
    });
}

TEST(HttpTest, NoDescriptorIsLeft) {
  HttpServer server([](const auto&, auto& answer) { answer.reply(200, "line\n"); });
  const auto client = client_of(server);
  client.send({}, soon());
  const auto before = open_fds();
  for (int i = 0; i < 50; ++i) {
    client.send({}, soon());
    client.stream(
        {}, [](auto) { return false; }, soon());
  }
  // The server closes its ends a few connections later.
  EXPECT_LT(open_fds(), before + 20);
}

}  // namespace
}  // namespace harness
