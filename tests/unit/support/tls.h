#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

/// PEM texts.
struct TestCertificate {
  std::string certificate, key;
};

/// One that signs certificates for a test, which nobody else believes.
class TestAuthority {
 public:
  TestAuthority();
  const std::string& certificate() const { return own_.certificate; }
  /// For a server or a client of that name.
  TestCertificate issue(const std::string& name) const;

 private:
  TestCertificate own_;
};

/// TLS in front of a server of 127.0.0.1, on a free port: what comes is passed on, and what is answered
/// passed back.
class TlsFront {
 public:
  /// `client_authority`: whose certificate each client must have; empty: none is asked for.
  TlsFront(int behind, const TestCertificate& own, const std::string& client_authority = {});
  ~TlsFront();
  int port() const { return port_; }
  /// "NAME:PORT"; libcurl finds each NAME that ends in ".localhost" here.
  std::string host(const std::string& name = "registry.localhost") const {
    return name + ":" + std::to_string(port_);
  }

 private:
  struct Context;
  struct Connection {
    int client = -1, server = -1;
    std::jthread thread = {};
  };
  void accept();
  void serve(Connection& connection);
  static void relay(void* ssl, int client, int server);

  const int behind_;
  std::unique_ptr<Context> context_;
  int listening_ = -1, port_ = 0;
  std::mutex mutex_;
  bool ending_ = false;
  std::list<Connection> connections_;
  std::jthread thread_;
};
