#pragma once

#include <atomic>
#include <boost/asio.hpp>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// A small HTTP server inside a test, on a free port, and on a unix socket where that is given. A thread a
/// connection, one request on each.
class HttpServer {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  struct Request {
    std::string method, target, body;
    std::map<std::string, std::string> headers;  ///< names in lower case
  };
  /// What is left of a connection once its request was read.
  class Answer {
   public:
    explicit Answer(Socket& socket) : socket_(socket) {}
    /// A whole response.
    void reply(int status, const std::string& body = {},
               const std::map<std::string, std::string>& headers = {});
    /// Bytes as they are; false when the client is gone.
    bool send(const std::string& bytes);
    /// Returns once the client has closed the connection (or the server ends).
    void wait_for_close();

   private:
    Socket& socket_;
  };
  using Handler = std::function<void(const Request&, Answer&)>;

  explicit HttpServer(Handler handler, const std::string& unix_socket = {});
  ~HttpServer();
  int port() const { return port_; }
  std::string host() const { return "localhost:" + std::to_string(port_); }
  std::vector<Request> requests() const;  ///< so far, in their order
  /// How often it was asked for "METHOD target".
  size_t count(const std::string& method_and_target) const;

 private:
  struct Connection {
    Socket socket;
    std::atomic<bool> ended = false;
    std::jthread thread = {};
  };
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;
  void accept(Acceptor& acceptor);
  void serve(Socket& socket);

  Handler handler_;
  boost::asio::io_context io_;
  Acceptor tcp_{io_}, unix_{io_};
  int port_ = 0;
  mutable std::mutex mutex_;
  bool ending_ = false;
  std::vector<Request> requests_;
  std::list<Connection> connections_;
  std::vector<std::jthread> threads_;
};
