#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace harness {

namespace {

/// Two neighbours in the wrong order count once, as the slip that they are.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i)
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string first_of(std::vector<std::string> names, size_t shown) {
  const size_t more = names.size() > shown ? names.size() - shown : 0;
  names.resize(names.size() - more);
  return join(names, ", ") + (more ? " and " + std::to_string(more) + " more" : "");
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

std::string trim(std::string_view text) {
  constexpr const char* kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  return begin == std::string_view::npos
             ? ""
             : std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

std::string tail(std::string_view text, size_t lines) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  size_t end = text.size();  // of the line before the first one that is wanted
  for (; lines > 0; --lines) {
    end = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    if (end == std::string_view::npos) return std::string(text);
  }
  return std::string(text.substr(std::min(end + 1, text.size())));
}

size_t invalid_utf8(std::string_view text, size_t begin) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  for (size_t i = begin; i < text.size();) {
    const auto first = byte(i);
    const size_t length = first < 0x80                    ? 1
                          : first >= 0xC2 && first < 0xE0 ? 2
                          : first >= 0xE0 && first < 0xF0 ? 3
                          : first >= 0xF0 && first < 0xF5 ? 4
                                                          : 0;
    if (length == 0 || i + length > text.size()) return i;
    for (size_t k = 1; k < length; ++k)
      if ((byte(i + k) & 0xC0) != 0x80) return i;
    // Longer than need be, half of a surrogate pair, or above U+10FFFF.
    if ((first == 0xE0 && byte(i + 1) < 0xA0) || (first == 0xED && byte(i + 1) > 0x9F) ||
        (first == 0xF0 && byte(i + 1) < 0x90) || (first == 0xF4 && byte(i + 1) > 0x8F))
      return i;
    i += length;
  }
  return std::string_view::npos;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const size_t least = std::max(word.size(), candidate.size()) - std::min(word.size(), candidate.size());
    if (least >= best_distance) continue;
    if (const size_t distance = edit_distance(word, candidate); distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const bool escaped =
        text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3;
    decoded += escaped ? static_cast<char>(byte) : text[i];
    if (escaped) i += 2;
  }
  return decoded;
}

std::string shell_quoted(const std::vector<std::string>& args) {
  std::vector<std::string> quoted;
  for (const auto& arg : args) {
    const bool plain =
        !arg.empty() &&
        arg.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+") ==
            std::string::npos;
    std::string text = arg;
    for (size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4)
      text.replace(at, 1, "'\\''");
    quoted.push_back(plain ? arg : "'" + text + "'");
  }
  return join(quoted, " ");
}

int parse_duration(const std::string& text) {
  long total = 0, number = 0;
  bool digits = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9' && number < 1000000) {
      number = number * 10 + (c - '0');
      digits = true;
      continue;
    }
    const int unit = c == 'h' ? 3600 : c == 'm' ? 60 : c == 's' ? 1 : 0;
    if (!digits || unit == 0) return 0;
    total += number * unit;
    number = 0;
    digits = false;
  }
  return digits || total > 7 * 24 * 3600 ? 0 : static_cast<int>(total);
}

std::string format_seconds(double seconds) {
  if (seconds < 59.95) return fmt::format("{:.1f}s", seconds);
  const int whole = static_cast<int>(seconds + 0.5);
  return fmt::format("{}m{:02}s", whole / 60, whole % 60);
}

}  // namespace harness
