#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fakes::github {

std::string lower(std::string_view text);
bool is_sha(std::string_view text);  ///< 40 hexadecimal digits

/// Seconds since 1970.
std::int64_t now();
/// "2022-05-19T12:34:56Z".
std::string iso_time(std::int64_t seconds);
/// Of "2022-05-19T12:34:56Z", "2022-05-19T14:34:56+02:00" or "2022-05-19"; nothing for anything else.
std::optional<std::int64_t> parse_time(const std::string& text);

/// In hexadecimal digits.
std::string sha1(std::string_view data);
std::string sha256(std::string_view data);
std::string hmac_sha1(const std::string& key, std::string_view data);
std::string hmac_sha256(const std::string& key, std::string_view data);

std::string base64(std::string_view data);
/// Nothing where it is no base64.
std::optional<std::string> base64_decoded(const std::string& text);

/// A random one (RFC 4122, version 4).
std::string uuid();
/// Everything but letters, digits and -._~ as %XX.
std::string url_encoded(std::string_view text);

}  // namespace fakes::github
