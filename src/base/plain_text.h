#pragma once

#include <string>
#include <string_view>

namespace harness {

/// A character of a text that may be any bytes.
struct Character {
  size_t bytes = 1;
  bool printable = false;  ///< UTF-8 (RFC 3629), a Char of XML 1.0, and no control character
  bool moves = false;      ///< what comes after it is shown elsewhere: Bidi_Control (UAX #9), U+2028, U+2029
};
/// That which begins at `at`; a byte that begins none is one by itself.
Character character_at(std::string_view text, size_t at);

/// What a program printed, as text for reports: without the escape sequences of a terminal (ECMA-48: colours,
/// cursor, titles), with \n alone as the end of a line, and "?" for what is no text. The result is UTF-8 and
/// may stand in XML 1.0 (https://www.w3.org/TR/xml/#charsets).
std::string plain_text(std::string_view printed);
/// The same in one line.
std::string one_line(std::string_view printed);
/// The same with its colours, which end where it ends.
std::string coloured_text(std::string_view printed);

/// `text` so that all of it is seen, and nothing but lines and tabs moves on the screen: "a\x1B[2Kb". Each
/// byte of a character that is not printable, or moves others, is \xNN.
std::string visible(std::string_view text);

}  // namespace harness
