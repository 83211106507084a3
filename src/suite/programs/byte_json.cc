#include "suite/programs/byte_json.h"

#include <fmt/format.h>

#include <set>
#include <vector>

namespace harness {

using Json = nlohmann::json;

Json parse_byte_json(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80)
      escaped += c;
    else
      escaped += fmt::format("\\u00{:02x}", byte);
  }
  std::vector<std::set<std::string>> seen;  // keys of the objects that are open
  const auto first_of_each_key = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) seen.emplace_back();
    if (event == Json::parse_event_t::object_end) seen.pop_back();
    return event != Json::parse_event_t::key || seen.back().insert(value.get<std::string>()).second;
  };
  return Json::parse(escaped, first_of_each_key, false);
}

std::string bytes_of(const std::string& text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    const bool one_byte = (first == 0xC2 || first == 0xC3) && i + 1 < text.size();  // U+0080 to U+00FF
    bytes += one_byte ? static_cast<char>((first & 3) << 6 | (text[i + 1] & 0x3F)) : text[i];
    i += one_byte;
  }
  return bytes;
}

std::string text_of_bytes(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0 | byte >> 6);
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return text;
}

std::string bytes_at(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? bytes_of(found->get<std::string>()) : "";
}

}  // namespace harness
