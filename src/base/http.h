#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.h"

namespace harness {

using HttpHeaders = std::map<std::string, std::string>;

struct HttpRequest {
  std::string method = "GET";
  std::string path = "/";  ///< with its query
  HttpHeaders headers = {};
  std::string_view body = {};  ///< sent from where it is, without a copy: it must outlive the call
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers = {};  ///< names in lower case; values of one name with ", " between them
  std::string body = {};
};

/// There is no answer, or not a whole one. what() begins with the address: "http://localhost:5001: Connection
/// refused".
struct HttpError : std::runtime_error {
  enum class Kind {
    not_sent,  ///< no connection: the server knows nothing of the request
    broken,    ///< the connection ended early, or what came is not HTTP
    timeout,   ///< the deadline was over, or nothing came for too long
    untrusted  ///< one side does not accept the other's certificate: another try ends the same
  };
  HttpError(Kind k, const std::string& message) : std::runtime_error(message), kind(k) {}
  Kind kind;
};

/// Who is believed, who asks and by which way. Certificates and keys are PEM, and stay in memory.
struct HttpAccess {
  std::string authority = {};  ///< whose certificates are believed, and nobody else's; empty: the system's
  bool believes_anybody = false;
  std::string name = {};  ///< whose certificate it is to be, where that is not the address's host
  std::string certificate = {}, key = {};  ///< of the one who asks
  /// Of every request, as "Name: value"; called for each, on the thread that sends it.
  std::function<std::vector<std::string>()> headers = {};
  /// All goes through this one; empty: nothing does. Not given: as the environment says.
  std::optional<std::string> proxy = {};
};

/// Those whose certificates this machine believes, in PEM; to be named in HttpAccess besides others.
std::string system_authorities();

/// A blocking HTTP/1.1 client for one server, over libcurl (https://curl.se/libcurl/c/). Thread-safe;
/// connections are kept and used again. Every call ends: a connection is given up after `Limits::connect`, an
/// answer when nothing, or too little, was sent or received for `Limits::idle`, and both when the deadline is
/// over. A stop ends a call within 100 ms, during name lookup and connect too. Throws HttpError, and
/// Cancelled once a stop is requested. Proxies are taken from HTTP_PROXY, HTTPS_PROXY and NO_PROXY (in small
/// letters too); this machine itself is never asked through one.
class HttpClient {
 public:
  struct Limits {
    std::chrono::milliseconds connect = std::chrono::seconds(5);  ///< name lookup and TLS included
    std::chrono::milliseconds idle = std::chrono::seconds(30);
    int64_t least = 1;              ///< bytes, in that time
    size_t body = size_t{1} << 30;  ///< of an answer that is kept whole
  };
  /// `address`: "http://host:port", "https://host:port" or "unix:/path/to/socket"; a path may follow a port,
  /// and begins that of each request then.
  explicit HttpClient(std::string address) : HttpClient(std::move(address), Limits()) {}
  HttpClient(std::string address, const Limits& limits, HttpAccess access = {});

  /// The whole answer.
  HttpResponse send(const HttpRequest& request, const Deadline& deadline) const;
  /// The answer without its body, as soon as its headers are there.
  HttpResponse head_of(const HttpRequest& request, const Deadline& deadline) const;
  /// The body goes to `on_data` as it comes, until it ends or `on_data` returns false. That of an answer of
  /// 400 or above is in the response instead.
  HttpResponse stream(const HttpRequest& request, const std::function<bool(std::string_view)>& on_data,
                      const Deadline& deadline) const;

 private:
  class Connections;
  using OnData = std::function<bool(std::string_view)>;
  HttpResponse transfer(const HttpRequest& request, bool headers_only, const OnData* on_data,
                        const Deadline& deadline) const;
  std::string address_;
  Limits limits_;
  std::shared_ptr<Connections> connections_;
};

}  // namespace harness
