#include "github/closing.h"

#include <algorithm>
#include <set>

#include "github/changes.h"
#include "github/text.h"

namespace fakes::github {

namespace {

constexpr const char* kNameChars = "abcdefghijklmnopqrstuvwxyz0123456789-_./";

/// "#12", "octo/app#12": the repository's name in lower case ("" for this one) and the number; 0 where it is
/// none.
std::pair<std::string, int> reference_at(const std::string& text, std::size_t at) {
  const auto hash = std::min(text.find_first_not_of(kNameChars, at), text.size());
  if (hash == text.size() || text[hash] != '#') return {"", 0};
  const auto end = std::min(text.find_first_not_of("0123456789", hash + 1), text.size());
  const std::string name = text.substr(at, hash - at), number = text.substr(hash + 1, end - hash - 1);
  if (number.empty() || number.size() > 9 ||
      (!name.empty() && std::count(name.begin(), name.end(), '/') != 1))
    return {"", 0};
  return {name, std::stoi(number)};
}

std::set<std::pair<std::string, int>> named_in(const std::string& given) {
  const std::set<std::string> keywords{"close", "closes",  "closed",   "fix",     "fixes",
                                       "fixed", "resolve", "resolves", "resolved"};
  constexpr const char* kLetters = "abcdefghijklmnopqrstuvwxyz";
  const std::string text = lower(given);
  std::set<std::pair<std::string, int>> found;
  for (std::size_t at = text.find_first_of(kLetters); at != std::string::npos;
       at = text.find_first_of(kLetters, at)) {
    const bool whole = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\n' || text[at - 1] == '(';
    const auto end = std::min(text.find_first_not_of(kLetters, at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end;
    if (!whole || !keywords.contains(word)) continue;
    auto next = end;
    if (next < text.size() && text[next] == ':') ++next;
    const auto target = std::min(text.find_first_not_of(" \t", next), text.size());
    if (target == next) continue;
    if (const auto named = reference_at(text, target); named.second > 0) found.insert(named);
  }
  return found;
}

}  // namespace

void close_issues_named(Call& call, Repository& repository, const std::string& text) {
  for (const auto& [name, number] : named_in(text)) {
    Repository* target = name.empty() ? &repository : call.state.find_repository(name);
    if (!target) continue;
    const auto issue = target->issues.find(number);
    if (issue != target->issues.end() && !issue->second.pull)
      set_open(call, *target, issue->second, false, "completed");
  }
}

}  // namespace fakes::github
