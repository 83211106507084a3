#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "framework/http.h"

namespace test {

/// Where tests reach fakegerritserver: $HARNESS_URL/fakegerritserver, or $FAKEGERRITSERVER_URL for a server
/// of one's own.
std::string fakegerritserver_url();

/// One request, to /a/... as `user` where it is not empty, with `body` as JSON where it is not null. Gives
/// back what comes.
Response gerrit(const std::string& method, const std::string& path, const nlohmann::json& body = nullptr,
                const std::string& user = "tester");

/// What an answer of Gerrit says: the JSON behind its first line, )]}'. Throws where it has another status
/// than `status`.
nlohmann::json gerrit_json(const Response& response, int status = 200);

/// Gives `json` to /admin/seed (docs/fakes.md); throws where the server refuses.
void seed_gerrit(const nlohmann::json& json);

}  // namespace test
