#pragma once

#include <string>
#include <string_view>

namespace ci {

/// RFC 4648, section 4.
std::string base64(std::string_view data);

}  // namespace ci
