#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace test {

/// Where tests reach an exposed component: $HARNESS_URL/NAME.
std::string service_url(const std::string& name);

/// One call of a JSON API: the answer of a status of the 200s (null where it has no body). Throws with the
/// whole answer otherwise.
nlohmann::json api(const std::string& method, const std::string& url, const nlohmann::json& body = {},
                   const std::map<std::string, std::string>& headers = {});

}  // namespace test
