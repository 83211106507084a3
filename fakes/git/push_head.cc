#include "git/push_head.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace fakes::git {

namespace {

using Json = nlohmann::json;

/// The lines up to the next flush packet, without their ends; nothing where it does not come. `body` goes on
/// behind it.
std::optional<std::vector<std::string_view>> take_section(std::string_view& body) {
  std::vector<std::string_view> lines;
  for (;;) {
    unsigned size = 0;
    if (body.size() < 4) return {};
    const auto [end, error] = std::from_chars(body.data(), body.data() + 4, size, 16);
    if (error != std::errc() || end != body.data() + 4 || (size > 0 && size < 4) || size > body.size())
      return {};
    if (size == 0) {
      body.remove_prefix(4);
      return lines;
    }
    auto line = body.substr(4, size - 4);
    if (line.ends_with('\n')) line.remove_suffix(1);
    lines.push_back(line);
    body.remove_prefix(size);
  }
}

bool has_word(std::string_view words, std::string_view word) {
  for (size_t begin = 0; begin <= words.size();) {
    const size_t end = std::min(words.find(' ', begin), words.size());
    if (words.substr(begin, end - begin) == word) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

std::optional<Json> read_push_head(std::string_view body) {
  const auto commands = take_section(body);
  if (!commands) return {};
  Json head{{"commands", Json::array()}, {"push_options", Json::array()}};
  std::string_view capabilities;
  for (auto line : *commands) {
    if (const auto zero = line.find('\0'); zero != std::string_view::npos) {
      capabilities = line.substr(zero + 1);
      line = line.substr(0, zero);
    }
    const auto first = line.find(' '), second = line.find(' ', first + 1);
    if (line.starts_with("shallow ") || first == std::string_view::npos || second == std::string_view::npos)
      continue;
    head["commands"].push_back({{"old", line.substr(0, first)},
                                {"new", line.substr(first + 1, second - first - 1)},
                                {"ref", line.substr(second + 1)}});
  }
  if (!has_word(capabilities, "push-options")) return head;
  const auto options = take_section(body);
  if (!options) return {};
  for (const auto& option : *options) head["push_options"].push_back(option);
  return head;
}

}  // namespace fakes::git
