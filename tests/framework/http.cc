#include "framework/http.h"

#include <httplib.h>

#include <algorithm>
#include <stdexcept>

namespace test {

Response http(const Request& request) {
  const auto path = request.url.find('/', request.url.find("://") + 3);
  httplib::Client client(request.url.substr(0, path));
  client.set_connection_timeout(10);
  client.set_read_timeout(60);
  client.set_write_timeout(60);
  client.set_url_encode(false);  // as given
  httplib::Request sent;
  sent.method = request.method;
  sent.path = path == std::string::npos ? "/" : request.url.substr(path);
  sent.body = request.body;
  for (const auto& [name, value] : request.headers) sent.headers.emplace(name, value);
  const auto result = client.send(sent);
  if (!result)
    throw std::runtime_error(request.method + " " + request.url + ": " + httplib::to_string(result.error()));
  Response response{.status = result->status, .body = result->body};
  for (const auto& [given, value] : result->headers) {
    std::string name = given;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    response.headers[name] = value;
  }
  return response;
}

}  // namespace test
