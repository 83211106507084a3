#pragma once

#include <atomic>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/files.h"

/// Certificates for one test, in files: authority.pem, which signed server.pem (of 127.0.0.1, localhost and
/// api.test) and client.pem (of "tester"); other.pem, an authority that signed none. Each with its .key.
class TestCertificates {
 public:
  TestCertificates();
  std::string pem(const std::string& name) const;
  std::filesystem::path file(const std::string& name) const { return files_ / name; }

 private:
  const TempProject files_;
};

/// A server by TLS inside a test that knows its clients by their certificates, where they have any. Keeps
/// connections open between requests.
class TlsServer {
 public:
  struct Request {
    std::string method, target, subject;         ///< of the client's certificate: "tester"
    std::map<std::string, std::string> headers;  ///< names in lower case; of several all, with ", " between
  };
  /// The answer's status and body.
  using Handler = std::function<std::pair<int, std::string>(const Request&)>;

  TlsServer(const TestCertificates& certificates, Handler handler);
  ~TlsServer();
  int port() const { return tcp_.local_endpoint().port(); }
  std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
  std::vector<Request> requests() const;
  size_t connections() const { return connections_; }

 private:
  void serve(boost::asio::ip::tcp::socket socket);

  Handler handler_;
  boost::asio::io_context io_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_server};
  boost::asio::ip::tcp::acceptor tcp_;
  std::atomic<size_t> connections_ = 0;
  mutable std::mutex mutex_;
  bool ending_ = false;
  std::vector<Request> requests_;
  std::vector<int> open_;
  std::vector<std::jthread> threads_;
  std::jthread acceptor_;
};
