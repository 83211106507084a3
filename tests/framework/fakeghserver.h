#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "framework/http.h"

namespace test {

/// Where tests reach fakeghserver: $HARNESS_URL/fakeghserver, or $FAKEGHSERVER_URL for a server of one's own.
std::string fakeghserver_url();

/// One call to it as user `login` (none for ""): `github("POST", "/repos/o/r/issues", {{"title", "t"}})`.
Response github(const std::string& method, const std::string& path, const nlohmann::json& body = nullptr,
                const std::string& login = "alice");

/// The JSON of such a call's answer. Throws where its status is not 2xx.
nlohmann::json must_github(const std::string& method, const std::string& path,
                           const nlohmann::json& body = nullptr, const std::string& login = "alice");

/// POSTs `seed` to /admin/seed (docs/fakes.md). Throws where the server refuses.
void seed_github(const nlohmann::json& seed);

}  // namespace test
