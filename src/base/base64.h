#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace harness {

/// Standard base64 with padding (RFC 4648, section 4).
std::string base64_encoded(std::string_view data);
/// Line ends between the characters do not count, as in what base64(1) prints. Nothing where `text` is no
/// base64.
std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace harness
