#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

namespace harness {

/// What docker has under a reference, as `docker image inspect` tells it; null where it has nothing.
nlohmann::json docker_image(const std::string& reference, std::stop_token stop);

/// Its id, "sha256:<hex>"; "" where docker has none.
std::string docker_id(const std::string& reference, std::stop_token stop);

}  // namespace harness
