#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <cstdint>
#include <optional>

#include "http/message.h"

namespace fakes::http {

/// One request and its answer, as a streaming handler sees them. Everything runs on the connection's strand;
/// one `read` and one `write` may be under way at the same time. Whatever waits throws ClientGone when the
/// client has disconnected, HttpError (408) when it does not move for too long, HttpError (400) when its body
/// is malformed.
///
///   co_await exchange.accept_body();
///   while (size_t size = co_await exchange.read(asio::buffer(data))) ...;
///   co_await exchange.begin(text(200, ""));
///   co_await exchange.write(asio::buffer("hello", 5));
///   co_await exchange.end();
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;
  virtual boost::asio::any_io_executor executor() = 0;
  /// The size the client announced; nothing where it sends in chunks.
  virtual std::optional<std::uint64_t> body_size() const = 0;
  /// Tells a client that asked (Expect: 100-continue) to send its body. To be called before the first read
  /// and write.
  virtual boost::asio::awaitable<void> accept_body() = 0;
  /// The next piece of the body, 0 at its end.
  virtual boost::asio::awaitable<std::size_t> read(boost::asio::mutable_buffer buffer) = 0;
  /// Makes a pending `read` throw ClientGone. To be called only while no `write` is under way.
  virtual void stop_reading() = 0;
  /// Sends status and headers; the body of `head` is not used. Without `size` the answer goes out in chunks.
  virtual boost::asio::awaitable<void> begin(Response head, std::optional<std::uint64_t> size = {}) = 0;
  virtual boost::asio::awaitable<void> write(boost::asio::const_buffer data) = 0;
  /// What the journal is to have in place of the body, which it does not see. To be called before `end`.
  virtual void keep(std::string excerpt) = 0;
  /// Ends the answer. A handler that returns without it has the connection cut, so that the client sees a
  /// broken answer.
  virtual boost::asio::awaitable<void> end() = 0;
};

}  // namespace fakes::http
