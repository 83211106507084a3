#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace harness {

/// JSON in which a string is any bytes: each byte from 0x80 on stands there by itself or as \u00XX, as
/// GoogleTest writes it. In the result a byte is a code point; bytes_of gives it back. Of repeated keys the
/// first counts: a framework's own come before what a test adds. Discarded where the text is no JSON.
nlohmann::json parse_byte_json(std::string_view text);

/// The bytes of a string of parse_byte_json.
std::string bytes_of(const std::string& text);
/// The inverse of bytes_of: a string whose code points are these bytes.
std::string text_of_bytes(std::string_view bytes);
/// Those of the member `key`; empty where there is no such string.
std::string bytes_at(const nlohmann::json& object, const char* key);

}  // namespace harness
