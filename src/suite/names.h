#pragma once

#include <string>
#include <string_view>

namespace harness {

/// A name of a test, which may be any bytes, as text that fits into one line, into XML and into JSON.
/// Different bytes are different texts. What is no printable UTF-8 is shown as \x1B, a byte each; so are a
/// blank at either end and one before what could be labels behind the name, " [BETA]" at its end, and a
/// backslash that would otherwise begin such an escape.
std::string shown_name(std::string_view bytes);

/// A file name for `name`, at most 200 bytes: words of letters, digits, - and _ with / between them become
/// "TestDeck.Shows"; from any other name what can be read, then ~ and a hash of it. Different names have
/// different ones.
std::string file_name_for(std::string_view name);

}  // namespace harness
