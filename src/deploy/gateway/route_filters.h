#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "deploy/gateway/filters.h"
#include "deploy/gateway/places.h"

namespace harness {

/// Adds filters of a rule, or of one of its backends, to `filters`; `pointer` is that of the list. False
/// where one of them cannot be done, which is a remark: requests must not pass without it. Mirrors are left
/// out. Throws Error (kUsage) where a field cannot be meant.
bool read_filters(const nlohmann::json& list, const std::string& pointer, const Places& places,
                  Filters& filters);

/// Milliseconds of a duration of the Gateway API (https://gateway-api.sigs.k8s.io/geps/gep-2257): "1h30m",
/// "500ms"; 0 for an empty text.
int milliseconds_of(const std::string& duration, const std::string& pointer, const Places& places);

}  // namespace harness
