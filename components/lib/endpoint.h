#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

namespace ci {

/// No answer: the service cannot be reached, or the connection broke.
class Unreachable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An answer other than the one that was needed: "POST /repos/o/r/issues/7/labels: 404 {"message": ...}".
class Refused : public std::runtime_error {
 public:
  Refused(int status_code, const std::string& message) : std::runtime_error(message), status(status_code) {}
  int status;
};

struct Reply {
  int status = 0;
  std::string body;
};

/// A service that speaks HTTP. Thread-safe: each call has a connection of its own.
class Endpoint {
 public:
  struct Settings {
    std::string url;            ///< "http://host:port/prefix" or https
    std::string authorization;  ///< of each request: "Bearer ..."; empty for none
    std::string ca_file;        ///< https: whom to trust; empty: the system's certificates
  };
  explicit Endpoint(Settings settings);

  /// `target` is the path and query. Throws Unreachable; any status is an answer.
  Reply call(const std::string& method, const std::string& target, const std::string& body = "",
             const std::string& type = "application/json") const;
  /// The JSON of an answer of the 200s. Throws Unreachable and Refused.
  nlohmann::json json(const std::string& method, const std::string& target) const;
  nlohmann::json json(const std::string& method, const std::string& target, const nlohmann::json& body,
                      const std::string& type = "application/json") const;

  /// GETs an answer that does not end, and gives its lines away until `on_line` returns false, the server
  /// ends it or `stop` is requested. Throws Unreachable and Refused.
  void lines(const std::string& target, const std::function<bool(const std::string&)>& on_line,
             std::stop_token stop) const;

 private:
  Settings settings_;
  std::string origin_, prefix_;
};

/// The whole of a file. Throws std::runtime_error naming it.
std::string text_of(const std::string& file);
/// A secret or token from a file: without white space at its end.
std::string secret_from(const std::string& file);

/// `text` as a path segment or query value.
std::string url_encoded(const std::string& text);

}  // namespace ci
