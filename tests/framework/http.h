#pragma once

#include <map>
#include <string>

namespace test {

struct Response {
  int status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  ///< names in lower case
  /// The header `name` (in lower case); empty where there is none.
  std::string header(const std::string& name) const { return headers.count(name) ? headers.at(name) : ""; }
};

struct Request {
  std::string method = "GET";
  std::string url;
  std::string body = {};
  std::map<std::string, std::string> headers = {};
};

/// One HTTP call, as it stands: redirects are not followed. Throws where there is no answer within 60 s.
Response http(const Request& request);

}  // namespace test
