// The edge of the HTTP server: whatever bytes a client sends, the connection ends, and the next request is
// served.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "admin/admin.h"
#include "http/server.h"

namespace {

using namespace fakes;
using namespace std::chrono_literals;

[[noreturn]] void fail(const std::string& what, const std::string& answer) {
  std::fprintf(stderr, "%s; the answer:\n%s\n", what.c_str(), answer.c_str());
  std::abort();
}

/// A server with a route of each kind, for as long as the process runs.
class Target {
 public:
  Target()
      : admin_({.reset = [] {}, .seed = [](const nlohmann::json&) {}}), server_(admin_.observed(options())) {
    auto& router = server_.router();
    admin_.add_routes(router);
    router.handle(
        "POST", "/whole/{name}",
        [](const http::Request& request) {
          return http::json(200, {{"name", request.params.at("name")}, {"body", request.body}});
        },
        4096);
    router.stream("POST", "/stream/{path...}", echo);
    port_ = server_.listen("127.0.0.1", 0);
    thread_ = std::jthread([this] { server_.run(); });
  }
  ~Target() { server_.stop(0ms); }

  /// Sends `bytes` and nothing more. Gives back all that comes until the server closes.
  std::string talk(const std::string& bytes) const {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{10, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in to{.sin_family = AF_INET,
                   .sin_port = htons(port_),
                   .sin_addr = {htonl(INADDR_LOOPBACK)},
                   .sin_zero = {}};
    if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) fail("cannot connect", "");
    for (size_t sent = 0; sent < bytes.size();) {
      const auto n = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;  // the server has had enough
      sent += static_cast<size_t>(n);
    }
    shutdown(fd, SHUT_WR);
    std::string answer;
    char buffer[4096];
    ssize_t n = 0;
    while ((n = recv(fd, buffer, sizeof buffer, 0)) > 0) answer.append(buffer, static_cast<size_t>(n));
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) fail("the connection does not end", answer);
    close(fd);
    return answer;
  }

 private:
  static http::ServerOptions options() {
    return {.header_timeout = 1000ms,
            .body_timeout = 1000ms,
            .idle_timeout = 1000ms,
            .pause_timeout = 1000ms,
            .header_limit = 4096};
  }
  static boost::asio::awaitable<void> echo(http::Exchange& exchange) {
    co_await exchange.accept_body();
    co_await exchange.begin({200, {}, ""});
    char buffer[512];
    while (const auto size = co_await exchange.read(boost::asio::buffer(buffer)))
      co_await exchange.write(boost::asio::buffer(buffer, size));
    co_await exchange.end();
  }

  admin::Admin admin_;
  http::Server server_;
  unsigned short port_ = 0;
  std::jthread thread_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Target target;
  const auto answer = target.talk(std::string(reinterpret_cast<const char*>(data), size));
  if (!answer.empty() && !answer.starts_with("HTTP/1.")) fail("this is no HTTP", answer);
  if (answer.starts_with("HTTP/1.1 500")) fail("an internal error", answer);
  // Orders for faults are part of what is sent, and never meet /healthz.
  const auto healthy = target.talk("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  if (!healthy.starts_with("HTTP/1.1 200")) fail("the next request is not served", healthy);
  return 0;
}
