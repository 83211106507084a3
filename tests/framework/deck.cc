#include "framework/deck.h"

#include <fmt/format.h>

#include <stdexcept>

#include "framework/environment.h"

namespace test {

Response deck(const std::string& path, const std::string& method, const std::string& name) {
  return http({.method = method, .url = component_url(name) + path});
}

nlohmann::json deck_jobs(const std::string& query, const std::string& name) {
  const auto response = deck("/jobs.json?" + query, "GET", name);
  if (response.status != 200)
    throw std::runtime_error(
        fmt::format("{} refuses {}: HTTP {}: {}", name, query, response.status, response.body));
  return nlohmann::json::parse(response.body);
}

}  // namespace test
