#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fakes::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header called `name`, in whatever case; "" where there is none.
std::string header(const Headers& headers, std::string_view name);

struct Request {
  std::string method;
  std::string target;                         ///< as it came: "/repos/a%2Fb?page=2"
  std::string path;                           ///< "/repos/a%2Fb", still encoded
  std::string query;                          ///< "page=2", still encoded
  std::map<std::string, std::string> params;  ///< of the route's pattern, decoded: {"name": "a/b"}
  Headers headers;
  std::string body;                                  ///< whole; empty for a streaming handler
  std::string client;                                ///< the client's IP address
  std::chrono::system_clock::time_point received{};  ///< once its head was there
  std::stop_token gone;  ///< requested when the client disconnects or the server has to end
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::string gap = {};  ///< what the real service has and the fake has not (not_implemented.h); else ""
};

/// The status of a request in logs and the journal whose client did not get the whole answer, as nginx has
/// it.
constexpr int kClientGone = 499;

/// What came of a request.
struct Outcome {
  int status = 0;  ///< kClientGone where the client did not get the whole answer
  std::string gap = {};
};

Response text(int status, std::string body);
/// Bytes that are not UTF-8 become U+FFFD.
Response json(int status, const nlohmann::json& value);
/// `{"error": message}`.
Response error(int status, const std::string& message);

/// Thrown by a handler to answer with `error(status, message)`.
class HttpError : public std::runtime_error {
 public:
  HttpError(int status_code, const std::string& message) : std::runtime_error(message), status(status_code) {}
  int status;
};

/// Thrown where nobody is left to answer.
class ClientGone : public std::runtime_error {
 public:
  explicit ClientGone(const std::string& message) : std::runtime_error(message) {}
};

/// A body as JSON. Throws HttpError (400) saying where it is none, `expected` after that.
nlohmann::json parse_json(const std::string& body, const std::string& expected = "");

/// "a%2Fb" as "a/b"; `+` stays. Throws HttpError (400) at a `%` without two hexadecimal digits and at %00.
std::string percent_decoded(std::string_view text);

}  // namespace fakes::http
