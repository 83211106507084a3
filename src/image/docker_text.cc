#include "image/docker_text.h"

#include <vector>

namespace harness {

namespace {

/// The bytes of the character at the beginning of `text`; 0 where they are not UTF-8.
size_t width(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](size_t i) { return (byte(i) & 0xC0u) == 0x80; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    if (!follows(1) || !follows(2)) return 0;
    const bool overlong = first == 0xE0 && byte(1) < 0xA0, surrogate = first == 0xED && byte(1) > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (first < 0xF0 || first > 0xF4 || !follows(1) || !follows(2) || !follows(3)) return 0;
  const bool overlong = first == 0xF0 && byte(1) < 0x90, too_large = first == 0xF4 && byte(1) > 0x8F;
  return overlong || too_large ? 0 : 4;
}

}  // namespace

size_t leading_space(std::string_view text) {
  if (text.empty()) return 0;
  const char c = text[0];
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  for (const std::string_view space : {"\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\xA8", "\xE2\x80\xA9",
                                       "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"})
    if (text.starts_with(space)) return space.size();
  const bool quad = text.size() > 2 && text.starts_with("\xE2\x80") &&
                    static_cast<unsigned char>(text[2]) >= 0x80 &&
                    static_cast<unsigned char>(text[2]) <= 0x8A;
  return quad ? 3 : 0;
}

std::string_view trim_left_space(std::string_view text) {
  for (size_t size = 0; (size = leading_space(text)) > 0;) text.remove_prefix(size);
  return text;
}

std::string_view trim_space(std::string_view text) {
  text = trim_left_space(text);
  while (!text.empty()) {
    size_t size = 0;
    for (size_t last = 1; last <= 3 && last <= text.size() && size == 0; ++last)
      if (leading_space(text.substr(text.size() - last)) == last) size = last;
    if (size == 0) break;
    text.remove_suffix(size);
  }
  return text;
}

std::string clean_path(const std::string& path) {
  const bool rooted = path.starts_with('/');
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..")
      parts.push_back(part);
    else if (!parts.empty() && parts.back() != "..")
      parts.pop_back();
    else if (!rooted)
      parts.push_back(part);
  }
  std::string clean = rooted ? "/" : "";
  for (size_t i = 0; i < parts.size(); ++i) clean += (i > 0 ? "/" : "") + parts[i];
  return clean.empty() ? "." : clean;
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  for (size_t size = 0; !text.empty(); text.remove_prefix(size)) {
    size = width(text);
    valid += size > 0 ? text.substr(0, size) : std::string_view("\xEF\xBF\xBD");
    if (size == 0) size = 1;
  }
  return valid;
}

}  // namespace harness
