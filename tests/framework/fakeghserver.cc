#include "framework/fakeghserver.h"

#include <fmt/format.h>

#include <stdexcept>

#include "framework/environment.h"

namespace test {

std::string fakeghserver_url() { return component_url("fakeghserver"); }

Response github(const std::string& method, const std::string& path, const nlohmann::json& body,
                const std::string& login) {
  Request request{
      .method = method, .url = fakeghserver_url() + path, .body = body.is_null() ? "" : body.dump()};
  if (!login.empty()) request.headers["Authorization"] = "token login:" + login;
  return http(request);
}

nlohmann::json must_github(const std::string& method, const std::string& path, const nlohmann::json& body,
                           const std::string& login) {
  const auto response = github(method, path, body, login);
  if (response.status < 200 || response.status > 299)
    throw std::runtime_error(fmt::format("{} {}: HTTP {}: {}", method, path, response.status, response.body));
  return response.body.empty() ? nlohmann::json() : nlohmann::json::parse(response.body);
}

void seed_github(const nlohmann::json& seed) { must_github("POST", "/admin/seed", seed); }

}  // namespace test
