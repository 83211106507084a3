#pragma once

#include <string>
#include <string_view>

// Texts as Docker's own programs, which are written in Go, take them apart.

namespace harness {

/// How many bytes of a white space character (Unicode's, as Go's unicode.IsSpace) `text` begins with; 0 where
/// it begins with none.
size_t leading_space(std::string_view text);
std::string_view trim_left_space(std::string_view text);
std::string_view trim_space(std::string_view text);

/// The shortest path that means the same, by the rules of Go's path.Clean: "a//b/../c/" is "a/c", "" is ".".
std::string clean_path(const std::string& path);

/// With each byte that is not UTF-8 as U+FFFD, which is what Go's regular expressions see.
std::string valid_utf8(std::string_view text);

}  // namespace harness
