#include "deploy/render/chart_lookup.h"

#include <re2/re2.h>

#include "deploy/render/chart_archive.h"

namespace harness {

bool calls_lookup(std::string text) {
  if (text.find("lookup") == std::string::npos) return false;
  static const RE2 comment(R"((?s)\{\{-?\s*/\*.*?\*/\s*-?\}\})");
  // Up to the word: texts in quotes, and whatever does not end the action.
  static const RE2 call(R"((?s)\{\{(?:"(?:\\.|[^"\\])*"|`[^`]*`|[^"`}]|\}[^}])*?\blookup\b)");
  RE2::GlobalReplace(&text, comment, "");
  return RE2::PartialMatch(text, call);
}

bool may_ask_cluster(const std::set<std::filesystem::path>& charts_and_values) {
  bool asks = false;
  for (const auto& path : charts_and_values)
    for_each_chart_file(path, [&](const auto& name, const auto& content) {
      if (!name.ends_with(".md")) asks = asks || calls_lookup(content);
    });
  return asks;
}

}  // namespace harness
