// How a connection ends.
#include <array>
#include <vector>

#include "http/connection.h"

namespace fakes::http {

using namespace std::chrono_literals;

void Connection::turn_away() {
  boost::system::error_code ignored;
  auto& socket = link_.stream.socket();
  if (!link_.stream.is_tls()) {
    auto response = error(503, "too many connections at once");
    response.headers.emplace_back("Content-Length", std::to_string(response.body.size()));
    response.headers.emplace_back("Connection", "close");
    const std::string all = head_text(response) + response.body;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(all), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    // What the client sent already must not reset the connection before it reads the answer.
    std::array<char, 16384> waste;
    socket.read_some(asio::buffer(waste), ignored);
  }
  log("-", "-", 503, Clock::now());
}

asio::awaitable<void> Connection::refuse(int status, std::string cause, Clock::time_point begin) {
  auto response = error(status, cause);
  response.headers.emplace_back("Content-Length", std::to_string(response.body.size()));
  response.headers.emplace_back("Connection", "close");
  const std::string all = head_text(response) + response.body;
  linger_ = true;
  co_await link_.write(asio::buffer(all));
  log("-", "-", status, begin);
}

/// Ends the connection in order: what was sent arrives even when the client is still sending.
asio::awaitable<void> Connection::close() {
  boost::system::error_code ignored;
  if (aborted_) {
    link_.stream.socket().close(ignored);
    co_return;
  }
  if (linger_) {
    co_await linger();
  } else if (link_.stream.is_tls()) {
    link_.writing.arm(2s);
    co_await link_.stream.tls().async_shutdown(kTuple);
    link_.writing.disarm();
  }
  link_.stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
  link_.stream.socket().close(ignored);
}

/// Closing while input is unread would reset the connection and take the answer with it.
asio::awaitable<void> Connection::linger() {
  boost::system::error_code ignored;
  link_.stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
  std::vector<char> waste(65536);
  link_.reading.arm(2s);
  for (;;) {
    const auto [error, size] = co_await link_.stream.socket().async_read_some(asio::buffer(waste), kTuple);
    if (error || link_.reading.expired()) break;
  }
  link_.reading.disarm();
}

}  // namespace fakes::http
