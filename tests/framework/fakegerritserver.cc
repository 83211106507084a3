#include "framework/fakegerritserver.h"

#include <fmt/format.h>

#include <stdexcept>

#include "framework/environment.h"

namespace test {

std::string fakegerritserver_url() { return component_url("fakegerritserver"); }

Response gerrit(const std::string& method, const std::string& path, const nlohmann::json& body,
                const std::string& user) {
  Request request{.method = method, .url = fakegerritserver_url() + (user.empty() ? "" : "/a") + path};
  if (!user.empty()) request.headers["Authorization"] = "Bearer " + user;
  if (!body.is_null()) {
    request.headers["Content-Type"] = "application/json; charset=UTF-8";
    request.body = body.dump();
  }
  return http(request);
}

nlohmann::json gerrit_json(const Response& response, int status) {
  constexpr const char* kFirstLine = ")]}'\n";
  if (response.status != status || !response.body.starts_with(kFirstLine))
    throw std::runtime_error(fmt::format("HTTP {} with JSON is expected, not HTTP {}: {}", status,
                                         response.status, response.body));
  return nlohmann::json::parse(response.body.substr(5));
}

void seed_gerrit(const nlohmann::json& json) {
  const auto response = http({.method = "POST",
                              .url = fakegerritserver_url() + "/admin/seed",
                              .body = json.dump(),
                              .headers = {{"Content-Type", "application/json"}}});
  if (response.status != 204)
    throw std::runtime_error(
        fmt::format("fakegerritserver refuses the seed: HTTP {}: {}", response.status, response.body));
}

}  // namespace test
