#include "suite/programs/gtest_filter.h"

#include <algorithm>

namespace harness {

namespace {

constexpr const char* kSpecial = "-:*?";
constexpr size_t kMostLeftOut = 1000;  ///< an argument has its limit

/// Without "*" both are of one length.
bool matches(const std::string& pattern, const std::string& name) {
  return pattern.size() == name.size() && std::equal(pattern.begin(), pattern.end(), name.begin(),
                                                     [](char p, char c) { return p == '?' || p == c; });
}

std::string pattern_of(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::string(kSpecial).find(c) != std::string::npos; },
      '?');
  return name;
}

}  // namespace

std::string gtest_filter(const std::string& name, const std::vector<std::string>& all) {
  const auto pattern = pattern_of(name);
  if (pattern == name) return name;
  std::string filter = pattern;
  size_t left_out = 0;
  for (const auto& other : all) {
    if (other == name || !matches(pattern, other) || left_out == kMostLeftOut) continue;
    const auto pattern_of_other = pattern_of(other);
    if (matches(pattern_of_other, name)) continue;
    filter += (left_out++ == 0 ? "-" : ":") + pattern_of_other;
  }
  return filter;
}

}  // namespace harness
