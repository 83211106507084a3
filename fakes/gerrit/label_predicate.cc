#include <fmt/format.h>

#include <algorithm>

#include "gerrit/ids.h"
#include "gerrit/predicates.h"
#include "gerrit/submit_rule.h"
#include "http/message.h"
#include "http/not_implemented.h"

namespace fakes::gerrit {

using http::HttpError;

namespace {

constexpr int kScores = 100;  // further from 0 no label goes

/// "Code-Review>=1,user=alice".
struct LabelQuery {
  std::string name, word;  ///< `word`: max, min, any, ok, need, reject or may in place of a score
  int lowest = 1, highest = 1;
  std::optional<int> voter;
  bool by_owner = false;
};

/// The number at the end of "Code-Review+2", cut off.
std::optional<int> take_score(std::string& text) {
  const auto sign = text.find_last_not_of("0123456789");
  if (sign == std::string::npos || sign + 1 == text.size() || text.size() - sign > 4) return {};
  if (text[sign] != '+' && text[sign] != '-') return {};
  const int value = std::stoi(text.substr(sign));
  text.erase(sign);
  return value;
}

int to_score(const std::string& text) {
  const std::string digits = text.starts_with('+') || text.starts_with('-') ? text.substr(1) : text;
  if (!is_number(digits) || digits.size() > 3)
    throw HttpError(400, fmt::format("Invalid label value: {}", text));
  return text.starts_with('-') ? -std::stoi(digits) : std::stoi(digits);
}

void read_score(LabelQuery& query, std::string text) {
  const auto at = text.find_first_of("<>=");
  if (at == std::string::npos) {
    if (const auto score = take_score(text)) query.lowest = query.highest = *score;
    query.name = text;
    return;
  }
  query.name = text.substr(0, at);
  const bool equal = text[at] == '=' || (at + 1 < text.size() && text[at + 1] == '=');
  const std::string value = text.substr(text[at] != '=' && equal ? at + 2 : at + 1);
  const std::string word = lower(value);
  for (const char* known : {"max", "min", "any", "ok", "need", "reject", "may"})
    if (text[at] == '=' && word == known) query.word = known;
  if (!query.word.empty()) return;
  const int score = to_score(value);
  query.lowest = text[at] == '<' ? -kScores : score + (text[at] == '>' && !equal);
  query.highest = text[at] == '>' ? kScores : score - (text[at] == '<' && !equal);
}

bool has_status(const LabelStatus& status, const std::string& word) {
  switch (status.kind) {
    case LabelStatus::kOk:
      return word == "ok";
    case LabelStatus::kNeed:
      return word == "need";
    case LabelStatus::kReject:
      return word == "reject";
    case LabelStatus::kMay:
      return word == "may";
  }
  return false;
}

bool matches(const LabelQuery& query, const Change& change, const Project& project) {
  std::string name = query.name;
  const Label* label = find_label(project, name);
  if (!label) return false;
  const bool status_word =
      query.word == "ok" || query.word == "need" || query.word == "reject" || query.word == "may";
  if (status_word) return has_status(label_status(change, name, *label), query.word);
  std::vector<int> scores;
  if (const auto votes = change.current().votes.find(name); votes != change.current().votes.end())
    for (const auto& [account, vote] : votes->second)
      if ((!query.voter || *query.voter == account) && (!query.by_owner || change.owner == account))
        scores.push_back(vote.value);
  if (query.word == "any") return !scores.empty();
  int lowest = query.lowest, highest = query.highest;
  if (query.word == "max") lowest = highest = label->max();
  if (query.word == "min") lowest = highest = label->min();
  if (scores.empty()) return lowest <= 0 && highest >= 0;
  return std::any_of(scores.begin(), scores.end(),
                     [&](int score) { return score >= lowest && score <= highest; });
}

}  // namespace

Predicate label_predicate(const std::string& value, const State& state, std::optional<int> caller) {
  LabelQuery query;
  const auto comma = value.find(',');
  read_score(query, value.substr(0, comma));
  if (comma != std::string::npos) {
    std::string who = value.substr(comma + 1);
    if (who.starts_with("user=")) who.erase(0, 5);
    for (const char* other :
         {"group=", "count=", "count<", "count>", "non_uploader", "non_contributor", "uploader"})
      if (who.starts_with(other))
        throw http::NotImplemented(fmt::format("the query operator label:,{}", other));
    if (who == "owner")
      query.by_owner = true;
    else
      query.voter = account_of(state, who, caller, 400);
  }
  return [query, &state](const Change& change) { return matches(query, change, state.project_of(change)); };
}

}  // namespace fakes::gerrit
