#pragma once

#include <functional>
#include <map>
#include <stop_token>
#include <string>

namespace harness {

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// A blocking HTTP/1.1 client for one server, over Boost.Beast. Thread-safe: each call has a connection of its own.
/// Throws std::runtime_error naming the address when the server cannot be reached or the
/// connection breaks, Cancelled when `stop` was requested.
class HttpClient {
 public:
  /// `address`: "http://host:port" or "unix:/path/to/socket".
  explicit HttpClient(std::string address);
  HttpResponse request(const std::string& method, const std::string& path, const std::string& body = {},
                       const std::map<std::string, std::string>& headers = {}, std::stop_token stop = {}) const;
  /// Streams a response body line by line until it ends, `on_line` returns false, or `stop` is requested
  /// (then it returns quietly, within 100 ms). Returns the status; a status of 400 or above gives no lines. No read timeout.
  int stream_lines(const std::string& path, const std::function<bool(const std::string&)>& on_line,
                   std::stop_token stop) const;

 private:
  std::string address_;
};

}  // namespace harness
