#include "base/plain_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace harness {

namespace {

constexpr std::string_view kNoColour = "\x1b[0m";

/// The length of the escape sequence that begins at `at` with ESC; 1 where it is none that ends.
size_t escape_sequence(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  if (byte(at + 1) == '[') {  // CSI: parameters, intermediates, a final byte
    size_t end = at + 2;
    while (byte(end) >= 0x20 && byte(end) < 0x40) ++end;
    return byte(end) >= 0x40 && byte(end) < 0x7F ? end + 1 - at : 1;
  }
  if (byte(at + 1) == ']') {  // OSC: to BEL or ESC \, in one line
    for (size_t end = at + 2; end < text.size() && text[end] != '\n'; ++end) {
      if (text[end] == '\a') return end + 1 - at;
      if (text[end] == '\x1b' && byte(end + 1) == '\\') return end + 2 - at;
    }
    return 1;
  }
  size_t end = at + 1;  // others: intermediates and a final byte, as ESC ( B
  while (byte(end) >= 0x20 && byte(end) < 0x30) ++end;
  return byte(end) >= 0x30 && byte(end) < 0x7F ? end + 1 - at : 1;
}

/// ESC [ 1 ; 31 m : Select Graphic Rendition (ECMA-48).
bool is_colour(std::string_view sequence) {
  return sequence[1] == '[' && sequence.back() == 'm' &&
         sequence.find_first_not_of("0123456789;:", 2) == sequence.size() - 1;
}

/// U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069.
bool moves_others(std::string_view character) {
  if (character == "\xD8\x9C") return true;
  if (character.size() != 3 || character[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(character[1]),
             third = static_cast<unsigned char>(character[2]);
  return (second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE))) ||
         (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

std::string text_of(std::string_view printed, bool with_colours) {
  std::string text;
  text.reserve(printed.size());
  for (size_t i = 0; i < printed.size();) {
    const char c = printed[i];
    const auto sequence = c == '\x1b' ? escape_sequence(printed, i) : 1;
    const auto character = character_at(printed, i);
    if (sequence > 1) {
      if (with_colours && is_colour(printed.substr(i, sequence))) text += printed.substr(i, sequence);
      i += sequence;
      continue;
    }
    if (c == '\r') {
      if (i + 1 == printed.size() || printed[i + 1] != '\n') text += '\n';
    } else if (character.printable || c == '\n' || c == '\t') {
      text += printed.substr(i, character.bytes);
    } else {
      text.append(1, '?');
    }
    i += character.bytes;
  }
  return text;
}

}  // namespace

Character character_at(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {1, first >= 0x20 && first != 0x7F};
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  const auto whole = text.substr(at, length);
  if (whole.size() < length || invalid_utf8(whole) != std::string_view::npos) return {1, false};
  const bool control = first == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0;
  const bool not_xml = whole == "\xEF\xBF\xBE" || whole == "\xEF\xBF\xBF";  // U+FFFE and U+FFFF
  return {length, !control && !not_xml, moves_others(whole)};
}

std::string plain_text(std::string_view printed) { return text_of(printed, false); }

std::string coloured_text(std::string_view printed) {
  auto text = text_of(printed, true);
  if (text.find('\x1b') != std::string::npos) text += kNoColour;
  return text;
}

std::string one_line(std::string_view printed) {
  auto text = plain_text(trim(printed));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return text;
}

std::string visible(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const auto character = character_at(text, i);
    const bool as_it_is = (character.printable && !character.moves) || text[i] == '\n' || text[i] == '\t';
    for (const char byte : text.substr(i, character.bytes))
      as_it_is ? shown += byte : shown += fmt::format("\\x{:02X}", static_cast<unsigned char>(byte));
    i += character.bytes;
  }
  return shown;
}

}  // namespace harness
