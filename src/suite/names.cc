#include "suite/names.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/hash.h"
#include "base/plain_text.h"

namespace harness {

namespace {

constexpr size_t kReadable = 160, kHashDigits = 16;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); }

/// Whether the text from `at` on reads as an escape of this encoding.
bool reads_as_escape(std::string_view bytes, size_t at) {
  return at + 3 < bytes.size() && bytes[at + 1] == 'x' && is_hex(bytes[at + 2]) && is_hex(bytes[at + 3]);
}

/// Whether the text from `at` on, a blank, could be labels behind a shorter name: " [BETA] [SLOW]".
bool reads_as_labels(std::string_view bytes, size_t at) {
  if (bytes[at + 1] != '[') return false;
  static const RE2 labels("( \\[[^a-z\\[\\]]*\\])+");
  return RE2::FullMatch(re2::StringPiece(bytes.data() + at, bytes.size() - at), labels);
}

bool is_hidden_blank(std::string_view bytes, size_t at) {
  return at == 0 || at + 1 == bytes.size() || reads_as_labels(bytes, at);
}

}  // namespace

std::string shown_name(std::string_view bytes) {
  std::string shown;
  for (size_t i = 0; i < bytes.size();) {
    const auto character = character_at(bytes, i);
    const char c = bytes[i];
    const bool as_it_is = character.printable && !character.moves &&
                          !(c == '\\' && reads_as_escape(bytes, i)) &&
                          !(c == ' ' && is_hidden_blank(bytes, i));
    for (size_t k = 0; k < character.bytes; ++k) {
      if (as_it_is)
        shown += bytes[i + k];
      else
        shown += fmt::format("\\x{:02X}", static_cast<unsigned char>(bytes[i + k]));
    }
    i += character.bytes;
  }
  return shown;
}

std::string file_name_for(std::string_view name) {
  static const RE2 plain("[A-Za-z0-9_][A-Za-z0-9_-]*(/[A-Za-z0-9_-]+)*");
  std::string file;
  for (size_t i = 0; i < name.size() && file.size() < kReadable;) {
    const auto character = character_at(name, i);
    const auto c = static_cast<unsigned char>(name[i]);
    const bool letter = c >= 0x80 ? character.printable : std::isalnum(c) || c == '_' || (c == '-' && i > 0);
    file += letter                            ? std::string(name.substr(i, character.bytes))
            : (c == '/' || c == '.') && i > 0 ? "."
                                              : "_";
    i += character.bytes;
  }
  // "attempt-" is how later attempts of a test are called.
  const bool unique = name.size() < kReadable &&
                      RE2::FullMatch(re2::StringPiece(name.data(), name.size()), plain) &&
                      name.find("attempt-") == std::string_view::npos;
  return unique ? file : file + "~" + sha256_hex(name).substr(0, kHashDigits);
}

}  // namespace harness
