#include "image/registry_url.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace harness {

std::optional<RegistryUrl> resolve(const RegistryUrl& base, const std::string& text) {
  static const RE2 whole("(?i:(?:(https?):)?//)([^/?#]+)([^#]*)(?:#.*)?");
  RegistryUrl url;
  if (RE2::FullMatch(text, whole, &url.scheme, &url.host, &url.path)) {
    if (url.host.find('@') != std::string::npos) return std::nullopt;
    for (char& c : url.scheme) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (url.scheme.empty()) url.scheme = base.scheme;
    if (!url.path.starts_with('/')) url.path.insert(0, "/");
    return url;
  }
  if (!text.starts_with('/')) return std::nullopt;
  return RegistryUrl{base.scheme, base.host, text};
}

bool is_loopback(const std::string& host) {
  static const RE2 loopback(
      R"((?i:localhost)(?::\d+)?|127\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d+)?|\[::1\](?::\d+)?)");
  return RE2::FullMatch(host, loopback);
}

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const unsigned char c : text)
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
      encoded += static_cast<char>(c);
    else
      encoded += fmt::format("%{:02X}", c);
  return encoded;
}

}  // namespace harness
