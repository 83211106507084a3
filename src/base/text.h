#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// The first of them, at most `shown`, and how many more there are: "a, b, c and 7 more".
std::string first_of(std::vector<std::string> names, size_t shown);
std::string trim(std::string_view text);
/// Each `from` in `text`, once: what comes in its place is not looked at.
void replace_all(std::string& text, std::string_view from, std::string_view to);
/// The last `lines` lines, without a trailing newline.
std::string tail(std::string_view text, size_t lines);
/// The index of the first byte from `begin` on that is no UTF-8 (RFC 3629), npos where all is.
size_t invalid_utf8(std::string_view text, size_t begin = 0);
/// The candidate nearest to `word` by edit distance, if any is near enough to be meant (at most a third of
/// its length, at least 1).
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);
/// "a/b" for "a%2Fb" (RFC 3986); what is no escape stays.
std::string percent_decoded(std::string_view text);
/// `args` as a shell would need them quoted, for messages that can be pasted.
std::string shell_quoted(const std::vector<std::string>& args);
/// A Go duration of whole h, m and s (time.ParseDuration), in seconds; 0 where it is none, or is over a week.
int parse_duration(const std::string& text);
/// "0.8s", "12.3s", "2m05s".
std::string format_seconds(double seconds);

}  // namespace harness
