#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "framework/http.h"

namespace test {

/// One request to deck, or to the deck of that name. Gives back what comes.
Response deck(const std::string& path, const std::string& method = "GET", const std::string& name = "deck");

/// The jobs that it shows for a query: `deck_jobs("job=unit&state=failure")`. Throws where it refuses.
nlohmann::json deck_jobs(const std::string& query, const std::string& name = "deck");

}  // namespace test
