#include "deploy/render/encoding.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "deploy/render/node.h"

namespace harness {

namespace {

void append(std::string& text, uint32_t point) {
  const auto put = [&](uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xC0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
  }
  put(0x80 | (point & 0x3F));
}

int line_of(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
}

std::string from_utf16(std::string_view bytes, bool big_endian, const std::string& file) {
  std::string text;
  const auto unit = [&](size_t i) -> uint32_t {
    const auto first = static_cast<uint8_t>(bytes[i]), second = static_cast<uint8_t>(bytes[i + 1]);
    return big_endian ? first << 8 | second : second << 8 | first;
  };
  for (size_t i = 0; i < bytes.size(); i += 2) {
    uint32_t point = i + 1 < bytes.size() ? unit(i) : 0xDC00;
    if (point >= 0xD800 && point < 0xDC00 && i + 3 < bytes.size() && unit(i + 2) >= 0xDC00 &&
        unit(i + 2) < 0xE000) {
      point = 0x10000 + ((point - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    }
    if (point >= 0xD800 && point < 0xE000) fail_at(file, {line_of(text), 1}, "half a character of UTF-16");
    append(text, point);
  }
  return text;
}

}  // namespace

std::string manifest_utf8(const std::string& bytes, const std::string& file) {
  const std::string_view all = bytes;
  if (all.starts_with("\xEF\xBB\xBF")) return manifest_utf8(bytes.substr(3), file);
  if (all.starts_with("\xFF\xFE")) return from_utf16(all.substr(2), false, file);
  if (all.starts_with("\xFE\xFF")) return from_utf16(all.substr(2), true, file);
  // Without a mark: text begins with a character of ASCII.
  if (all.size() > 1 && all[0] != 0 && all[1] == 0) return from_utf16(all, false, file);
  if (all.size() > 1 && all[0] == 0 && all[1] != 0) return from_utf16(all, true, file);
  if (const auto wrong = invalid_utf8(all); wrong != std::string::npos) {
    const auto before = bytes.substr(0, wrong);
    const auto line = before.rfind('\n');
    const auto column = before.size() - (line == std::string::npos ? 0 : line + 1);
    fail_at(file, {line_of(before), static_cast<int>(column) + 1}, "the file is neither UTF-8 nor UTF-16");
  }
  std::string text = bytes;
  // Of files that were put together, each with its mark.
  static const RE2 mark("((?:^|\n)---[^\n]*\n)\xEF\xBB\xBF");
  while (RE2::Replace(&text, mark, "\\1")) {
  }
  return text;
}

}  // namespace harness
