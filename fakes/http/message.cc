#include "http/message.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

namespace fakes::http {

std::string header(const Headers& headers, std::string_view name) {
  const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  for (const auto& [key, value] : headers)
    if (std::equal(key.begin(), key.end(), name.begin(), name.end(), same)) return value;
  return "";
}

Response text(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

Response json(int status, const nlohmann::json& value) {
  return {status,
          {{"Content-Type", "application/json"}},
          value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

Response error(int status, const std::string& message) { return json(status, {{"error", message}}); }

nlohmann::json parse_json(const std::string& body, const std::string& expected) {
  try {
    return nlohmann::json::parse(body);
  } catch (const nlohmann::json::exception& e) {
    const std::string what = e.what();  // "[json.exception.parse_error.101] parse error at line 1, ..."
    throw HttpError(400, "the body is not JSON: " + what.substr(what.find("] ") + 2) + expected);
  }
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned char byte = 0;
    const char* begin = text.data() + i + 1;
    const bool whole = i + 2 < text.size();
    if (!whole || std::from_chars(begin, begin + 2, byte, 16).ptr != begin + 2 || byte == 0)
      throw HttpError(400, "the path has a % that no two hexadecimal digits above 00 follow");
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

}  // namespace fakes::http
