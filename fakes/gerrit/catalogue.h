#pragma once

#include <string_view>

namespace fakes::gerrit {

/// Every route of Gerrit 3.9's REST API and what its bodies and queries may say, as http::read_catalogue
/// reads it. A parameter that has two names stands with both. What fakegerritserver takes of it stands beside
/// each endpoint (routes.h).
extern const std::string_view kCatalogue;

}  // namespace fakes::gerrit
