#pragma once

#include <string>
#include <string_view>

namespace ci {

/// SHA-256 in lower-case hexadecimal digits.
std::string sha256_hex(std::string_view data);
/// HMAC-SHA256 (RFC 2104), the same way.
std::string hmac_sha256_hex(std::string_view key, std::string_view data);
/// Takes as long whatever the difference is, so that nothing can be learnt from it.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace ci
