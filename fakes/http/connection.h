#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <stop_token>

#include "http/http_exchange.h"
#include "http/router.h"
#include "http/server.h"
#include "http/workers.h"

namespace fakes::http {

/// One client: its requests one after the other. Everything runs on the strand of its socket.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls, const Router& router,
             const ServerOptions& options, Workers& workers);

  /// Serves until the client or `finish` ends it. Throws nothing. The caller keeps the connection alive.
  asio::awaitable<void> serve();
  /// Instead of `serve`, where there are too many: sends a 503 as far as that needs no waiting, and closes.
  void turn_away();
  /// No request after the one in flight. Thread-safe.
  void finish();
  /// Cuts the connection and tells the handler. Thread-safe.
  void abort();

 private:
  using Clock = std::chrono::steady_clock;
  asio::awaitable<bool> handshake();
  asio::awaitable<bool> wait_for_request();
  asio::awaitable<bool> serve_one();
  asio::awaitable<void> handle(HttpExchange& exchange);
  asio::awaitable<bool> meet_fault(HttpExchange& exchange);
  asio::awaitable<void> handle_whole(HttpExchange& exchange, const Route& route);
  asio::awaitable<std::string> read_body(HttpExchange& exchange, size_t limit);
  asio::awaitable<void> refuse(int status, std::string cause, Clock::time_point begin);
  asio::awaitable<void> close();
  asio::awaitable<void> linger();
  void watch();
  bool client_is_gone();
  void log(const std::string& method, const std::string& target, int status, Clock::time_point begin) const;

  std::shared_ptr<asio::ssl::context> tls_;
  const Router& router_;
  const ServerOptions& options_;
  Workers& workers_;
  Link link_;
  asio::steady_timer watch_timer_, delay_timer_;
  std::optional<std::stop_source> in_flight_;
  bool idle_ = false, finishing_ = false, aborted_ = false, linger_ = false;
};

}  // namespace fakes::http
