#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/fault.h"
#include "http/router.h"

namespace fakes::http {

struct ServerOptions {
  std::size_t max_connections = 1024;  ///< one more gets a 503
  std::chrono::milliseconds header_timeout{
      30000};                                     ///< from a request's first byte to the end of its head: 408
  std::chrono::milliseconds body_timeout{60000};  ///< for the body of a whole-body handler: 408
  std::chrono::milliseconds idle_timeout{120000};  ///< a connection without a request is closed
  std::chrono::milliseconds pause_timeout{60000};  ///< a client that neither sends nor takes anything
  std::size_t header_limit = 65536;                ///< bytes of a request's head: 431
  /// One line a request: "2022-05-19T12:34:56.789Z GET /repo/foo/info/refs 200 12 ms".
  std::function<void(const std::string&)> log;
  /// Asked for each request once its whole body is there (a streaming handler's: before it is read).
  std::function<Fault(const Request&)> fault;
  /// Told of each request before the last of its answer is sent: a client that has its answer can rely on it.
  /// Returns a number that `broken_off` knows it by.
  std::function<std::uint64_t(const Request&, const Outcome&)> served;
  /// Told where the client did not get the whole of an answer after all.
  std::function<void(std::uint64_t)> broken_off;
};

/// An HTTP/1.1 server with a few threads for all connections and as many as it takes for handlers that block.
/// A client that closes its sending side has gone: `Request::gone` is requested within a quarter of a second.
///
///   Server server({.log = log_to_stderr});
///   server.router().handle("GET", "/healthz", [](const Request&) { return text(200, "ok\n"); });
///   const auto port = server.listen("127.0.0.1", 0);
///   server.run();                                       // another thread or a signal handler calls stop()
class Server {
 public:
  explicit Server(ServerOptions options);
  ~Server();

  /// To be filled before `run`.
  Router& router();
  /// Takes connections from now on (they are answered once `run` is called) and returns the port: a free one
  /// for 0. With `tls` they are HTTPS. Throws std::runtime_error saying what is wrong with the address.
  unsigned short listen(const std::string& address, unsigned short port,
                        std::shared_ptr<boost::asio::ssl::context> tls = {});
  /// Serves until `stop` is done.
  void run();
  /// Takes no more connections, closes those without a request, lets requests in flight finish, and cuts what
  /// is left after `grace`. Thread-safe; returns at once.
  void stop(std::chrono::milliseconds grace);
  boost::asio::io_context& io();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A certificate (chain) and its key, both PEM files. Throws std::runtime_error naming the file that cannot
/// be used.
std::shared_ptr<boost::asio::ssl::context> tls_context(const std::string& certificate,
                                                       const std::string& key);

/// "http://127.0.0.1:8888", "https://[::1]:4443".
std::string url_of(const std::string& scheme, const std::string& address, unsigned short port);

/// As RFC 3339 with milliseconds: "2022-05-19T12:34:56.789Z".
std::string timestamp(std::chrono::system_clock::time_point time = std::chrono::system_clock::now());

/// Writes one whole line to standard error.
void log_to_stderr(const std::string& line);

}  // namespace fakes::http
