#include <algorithm>
#include <cctype>
#include <functional>

#include "github/history.h"
#include "github/search.h"
#include "github/text.h"
#include "http/not_implemented.h"

namespace fakes::github {

namespace {

bool same(const std::string& a, const std::string& b) { return lower(a) == lower(b); }

bool is_word(char c) {
  return static_cast<unsigned char>(c) >= 128 || std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// In lower case, with blanks for all that is no word, and at both ends.
std::string words_of(const std::string& text) {
  std::string words = " ";
  for (const char c : lower(text)) {
    if (is_word(c)) words += c;
    if (!is_word(c) && words.back() != ' ') words += ' ';
  }
  return words.back() == ' ' ? words : words + ' ';
}

bool mentions_in(const std::string& given, const std::string& login) {
  const std::string text = lower(given), name = "@" + lower(login);
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const auto end = at + name.size();
    const bool ends = end == text.size() || (!is_word(text[end]) && text[end] != '-' && text[end] != '/');
    if (ends && (at == 0 || !is_word(text[at - 1]))) return true;
  }
  return false;
}

/// What a value such as >=2022-05-19, 2022-01-01..2022-02-01, *..5 or 7 allows. `read` gives the first and
/// the last number that a text means: of a day its first and last second.
bool in_range(const std::string& value, std::int64_t number,
              const std::function<std::pair<std::int64_t, std::int64_t>(const std::string&)>& read) {
  if (const auto dots = value.find(".."); dots != std::string::npos) {
    const std::string low = value.substr(0, dots), high = value.substr(dots + 2);
    return (low == "*" || number >= read(low).first) && (high == "*" || number <= read(high).second);
  }
  if (value.starts_with(">=")) return number >= read(value.substr(2)).first;
  if (value.starts_with("<=")) return number <= read(value.substr(2)).second;
  if (value.starts_with(">")) return number > read(value.substr(1)).second;
  if (value.starts_with("<")) return number < read(value.substr(1)).first;
  return number >= read(value).first && number <= read(value).second;
}

bool in_times(const std::string& value, Time time) {
  return in_range(value, time, [](const std::string& text) {
    const auto begin = parse_time(text);
    if (!begin) throw ApiError(422, "Validation Failed");
    return std::pair<std::int64_t, std::int64_t>(*begin, text.size() == 10 ? *begin + 86399 : *begin);
  });
}

bool in_numbers(const std::string& value, std::int64_t number) {
  return in_range(value, number, [](const std::string& text) {
    if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos)
      throw ApiError(422, "Validation Failed");
    return std::pair<std::int64_t, std::int64_t>(std::stoi(text), std::stoi(text));
  });
}

bool is_involved(const Issue& issue, const std::string& login) {
  return same(issue.user, login) ||
         std::any_of(issue.assignees.begin(), issue.assignees.end(),
                     [&](const auto& one) { return same(one, login); }) ||
         std::any_of(issue.comments.begin(), issue.comments.end(),
                     [&](const auto& one) { return same(one.second.user, login); }) ||
         mentions(issue, login);
}

/// none, approved or changes_requested: what the last reviews of each reviewer come to.
std::string review_of(const Issue& issue) {
  if (!issue.pull) return "none";
  std::map<std::string, std::string> last;
  for (const auto& [id, review] : issue.pull->reviews)
    if (review.state == "APPROVED" || review.state == "CHANGES_REQUESTED" || review.state == "DISMISSED")
      last[lower(review.user)] = review.state;
  const auto has = [&](const char* state) {
    return std::any_of(last.begin(), last.end(), [&](const auto& one) { return one.second == state; });
  };
  return has("CHANGES_REQUESTED") ? "changes_requested" : has("APPROVED") ? "approved" : "none";
}

/// Where the base branch's protection wants an approval that is not there.
bool needs_review(const Repository& repository, const Issue& issue) {
  const auto rules =
      issue.pull ? repository.protections.find(issue.pull->base.ref) : repository.protections.end();
  return rules != repository.protections.end() && !rules->second["required_pull_request_reviews"].is_null() &&
         review_of(issue) == "none";
}

struct Subject {
  const Call& call;
  const Repository& repository;
  const Issue& issue;
  /// "@me" is who asks.
  std::string login(const std::string& value) const { return value == "@me" ? call.actor : value; }
};
using Test = std::function<bool(const Subject&, const std::string&)>;

bool is(const Subject& s, const std::string& value) {
  const Issue& i = s.issue;
  if (value == "issue" || value == "pr" || value == "pull-request")
    return i.pull.has_value() != (value == "issue");
  if (value == "open" || value == "closed") return i.open == (value == "open");
  if (value == "merged" || value == "unmerged") return i.pull && i.pull->merged == (value == "merged");
  if (value == "draft") return i.pull && i.pull->draft;
  if (value == "public" || value == "private") return s.repository.is_private == (value == "private");
  if (value == "locked" || value == "unlocked") return i.locked == (value == "locked");
  throw http::NotImplemented("q=is:" + value);
}

bool no(const Subject& s, const std::string& value) {
  if (value == "label") return s.issue.labels.empty();
  if (value == "assignee") return s.issue.assignees.empty();
  if (value == "milestone") return s.issue.milestone == 0;
  throw http::NotImplemented("q=no:" + value);
}

/// Several names with commas between them are alternatives.
bool has_label(const Subject& s, const std::string& value) {
  for (size_t begin = 0; begin <= value.size();) {
    const size_t end = std::min(value.find(',', begin), value.size());
    const std::string name = value.substr(begin, end - begin);
    for (const Id id : s.issue.labels)
      if (same(s.repository.labels.at(id).name, name)) return true;
    begin = end + 1;
  }
  return false;
}

const std::map<std::string, Test>& tests() {
  static const std::map<std::string, Test> kTests = {
      {"",
       [](const Subject& s, const std::string& v) {
         return has_words(s.issue.title, v) || has_words(s.issue.body.value_or(""), v) ||
                std::any_of(s.issue.comments.begin(), s.issue.comments.end(),
                            [&](const auto& one) { return has_words(one.second.body, v); });
       }},
      {"repo", [](const Subject& s, const std::string& v) { return same(s.repository.full_name(), v); }},
      {"org", [](const Subject& s, const std::string& v) { return same(s.repository.owner, v); }},
      {"user", [](const Subject& s, const std::string& v) { return same(s.repository.owner, s.login(v)); }},
      {"is", is},
      {"type",
       [](const Subject& s, const std::string& v) {
         return v == "issue" || v == "pr" ? is(s, v) : throw http::NotImplemented("q=type:" + v);
       }},
      {"state",
       [](const Subject& s, const std::string& v) {
         return v == "open" || v == "closed" ? is(s, v) : throw http::NotImplemented("q=state:" + v);
       }},
      {"no", no},
      {"label", has_label},
      {"author",
       [](const Subject& s, const std::string& v) {
         return same(s.issue.user, v.starts_with("app/") ? v.substr(4) + "[bot]" : s.login(v));
       }},
      {"assignee",
       [](const Subject& s, const std::string& v) {
         return v == "*" ? !s.issue.assignees.empty()
                         : std::any_of(s.issue.assignees.begin(), s.issue.assignees.end(),
                                       [&](const auto& one) { return same(one, s.login(v)); });
       }},
      {"mentions", [](const Subject& s, const std::string& v) { return mentions(s.issue, s.login(v)); }},
      {"commenter",
       [](const Subject& s, const std::string& v) {
         return std::any_of(s.issue.comments.begin(), s.issue.comments.end(),
                            [&](const auto& one) { return same(one.second.user, s.login(v)); });
       }},
      {"involves", [](const Subject& s, const std::string& v) { return is_involved(s.issue, s.login(v)); }},
      {"milestone",
       [](const Subject& s, const std::string& v) {
         return s.issue.milestone != 0 &&
                (v == "*" || same(s.repository.milestones.at(s.issue.milestone).title, v));
       }},
      {"head", [](const Subject& s,
                  const std::string& v) { return s.issue.pull && s.issue.pull->head.ref.starts_with(v); }},
      {"base",
       [](const Subject& s, const std::string& v) { return s.issue.pull && s.issue.pull->base.ref == v; }},
      {"draft", [](const Subject& s,
                   const std::string& v) { return s.issue.pull && s.issue.pull->draft == (v == "true"); }},
      {"archived",
       [](const Subject& s, const std::string& v) { return s.repository.archived == (v == "true"); }},
      {"review",
       [](const Subject& s, const std::string& v) {
         return v == "required" ? needs_review(s.repository, s.issue)
                                : s.issue.pull && review_of(s.issue) == v;
       }},
      {"review-requested",
       [](const Subject& s, const std::string& v) {
         return s.issue.pull && std::any_of(s.issue.pull->reviewers.begin(), s.issue.pull->reviewers.end(),
                                            [&](const auto& one) { return same(one, s.login(v)); });
       }},
      {"reviewed-by",
       [](const Subject& s, const std::string& v) {
         return s.issue.pull &&
                std::any_of(s.issue.pull->reviews.begin(), s.issue.pull->reviews.end(),
                            [&](const auto& one) { return same(one.second.user, s.login(v)); });
       }},
      {"created", [](const Subject& s, const std::string& v) { return in_times(v, s.issue.created); }},
      {"updated", [](const Subject& s, const std::string& v) { return in_times(v, s.issue.updated); }},
      {"closed",
       [](const Subject& s, const std::string& v) { return in_times(v, s.issue.closed) && !s.issue.open; }},
      {"merged",
       [](const Subject& s, const std::string& v) {
         return in_times(v, s.issue.pull ? s.issue.pull->merged_at : 0) && s.issue.pull &&
                s.issue.pull->merged;
       }},
      {"comments",
       [](const Subject& s, const std::string& v) {
         return in_numbers(v, static_cast<std::int64_t>(s.issue.comments.size()));
       }},
      {"reason",
       [](const Subject& s, const std::string& v) {
         return s.issue.state_reason == (v == "not planned" ? "not_planned" : v);
       }},
  };
  return kTests;
}

}  // namespace

bool mentions(const Issue& issue, const std::string& login) {
  return mentions_in(issue.body.value_or(""), login) ||
         std::any_of(issue.comments.begin(), issue.comments.end(),
                     [&](const auto& one) { return mentions_in(one.second.body, login); });
}

bool has_words(const std::string& text, const std::string& part) {
  return words_of(text).find(words_of(part)) != std::string::npos;
}

std::vector<SearchTerm> search_terms(const std::string& query) {
  std::vector<SearchTerm> terms;
  for (size_t i = 0; i < query.size();) {
    if (query[i] == ' ') {
      ++i;
      continue;
    }
    SearchTerm term;
    bool quoted = false, was_quoted = false, has_name = false;
    if (query[i] == '-' && i + 1 < query.size() && query[i + 1] != ' ') term.negated = true, ++i;
    for (; i < query.size() && (quoted || query[i] != ' '); ++i) {
      if (query[i] == '"') {
        quoted = !quoted;
        was_quoted = true;
      } else if (query[i] == ':' && !quoted && !has_name && !was_quoted) {
        has_name = true;
        term.name = lower(std::exchange(term.value, ""));
      } else {
        term.value += query[i];
      }
    }
    if (!was_quoted && !has_name && (term.value == "OR" || term.value == "AND" || term.value == "NOT"))
      throw http::NotImplemented("q=" + term.value);
    if (!was_quoted && !has_name && term.value.find_first_of("()") != std::string::npos)
      throw http::NotImplemented("q=(");
    terms.push_back(std::move(term));
  }
  return terms;
}

void check_term(const SearchTerm& term) {
  static const std::map<std::string, std::vector<std::string>> kValues = {
      {"is",
       {"issue", "pr", "pull-request", "open", "closed", "merged", "unmerged", "draft", "public", "private",
        "locked", "unlocked"}},
      {"type", {"issue", "pr"}},
      {"state", {"open", "closed"}},
      {"no", {"label", "assignee", "milestone"}},
      {"draft", {"true", "false"}},
      {"archived", {"true", "false"}},
      {"review", {"none", "required", "approved", "changes_requested"}},
      {"reason", {"completed", "not planned", "duplicate"}}};
  if (!tests().contains(term.name)) throw http::NotImplemented("q=" + term.name + ":");
  const auto values = kValues.find(term.name);
  if (values != kValues.end() &&
      std::find(values->second.begin(), values->second.end(), term.value) == values->second.end())
    throw http::NotImplemented("q=" + term.name + ":" + term.value);
  for (const char* time : {"created", "updated", "closed", "merged"})
    if (term.name == time) in_times(term.value, 0);
  if (term.name == "comments") in_numbers(term.value, 0);
}

bool fits(const SearchTerm& term, const Call& call, const Repository& repository, const Issue& issue) {
  return tests().at(term.name)({call, repository, issue}, term.value);
}

}  // namespace fakes::github
