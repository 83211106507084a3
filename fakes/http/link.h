#pragma once

#include <netinet/tcp.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <optional>

#include "http/deadline.h"
#include "http/message.h"

namespace fakes::http {

namespace asio = boost::asio;
using asio::ip::tcp;

/// `auto [error, size] = co_await operation(..., kTuple)`: errors as values.
inline constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// A TCP connection, with or without TLS, as one kind of AsyncStream.
class Stream {
 public:
  using executor_type = tcp::socket::executor_type;
  Stream(tcp::socket socket, asio::ssl::context* tls) : socket_(std::move(socket)) {
    if (tls) tls_.emplace(socket_, *tls);
  }
  executor_type get_executor() { return socket_.get_executor(); }
  tcp::socket& socket() { return socket_; }
  bool is_tls() const { return tls_.has_value(); }
  asio::ssl::stream<tcp::socket&>& tls() { return *tls_; }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return tls_ ? tls_->async_read_some(buffers, std::forward<Token>(token))
                : socket_.async_read_some(buffers, std::forward<Token>(token));
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return tls_ ? tls_->async_write_some(buffers, std::forward<Token>(token))
                : socket_.async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  tcp::socket socket_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
};

/// What a connection and the exchanges on it share.
struct Link {
  Link(tcp::socket socket, asio::ssl::context* tls, std::chrono::milliseconds longest_pause)
      : stream(std::move(socket), tls),
        pause(longest_pause),
        reading(stream.get_executor(), [this] { cancel(); }),
        writing(stream.get_executor(), [this] { cancel(); }) {}

  /// Ends what is under way with operation_aborted.
  void cancel() {
    boost::system::error_code ignored;
    stream.socket().cancel(ignored);
  }

  /// Sends everything. Throws ClientGone, also when the client takes nothing for `pause`.
  asio::awaitable<void> write(asio::const_buffer data) {
    constexpr size_t kPiece = 65536;
    while (data.size() > 0) {
      writing.arm(pause);
      const asio::const_buffer piece = asio::buffer(data, kPiece);
      const auto [error, size] = co_await asio::async_write(stream, piece, kTuple);
      writing.disarm();
      if (error) throw ClientGone("cannot write: " + error.message());
      data += size;
    }
  }

  /// Held together, what is written goes out as full packets, the rest after 200 ms or once it is let go
  /// (tcp(7), TCP_CORK): a client is not woken for each of a short answer's parts.
  void hold_together(bool held) {
    const int value = held ? 1 : 0;
    setsockopt(stream.socket().native_handle(), IPPROTO_TCP, TCP_CORK, &value, sizeof value);
  }

  Stream stream;
  boost::beast::flat_buffer buffer{128 * 1024};  ///< what was read and not yet parsed
  std::chrono::milliseconds pause;               ///< how long a client may neither send nor take anything
  Deadline reading, writing;
};

}  // namespace fakes::http
