#include "gerrit/predicates.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <set>

#include "gerrit/ids.h"
#include "gerrit/submit_rule.h"
#include "gerrit/timestamp.h"
#include "http/message.h"
#include "http/not_implemented.h"

namespace fakes::gerrit {

using http::HttpError;

namespace {

/// What user-search.html has and `field` has not.
const std::set<std::string> kGerritsOperators{"added",
                                              "approvers",
                                              "assignee",
                                              "attention",
                                              "author",
                                              "bug",
                                              "cherrypickof",
                                              "comment",
                                              "committer",
                                              "conflicts",
                                              "custom",
                                              "deleted",
                                              "delta",
                                              "destination",
                                              "dir",
                                              "directory",
                                              "draftby",
                                              "edit",
                                              "ext",
                                              "extension",
                                              "exactauthor",
                                              "exactcommitter",
                                              "footer",
                                              "from",
                                              "has",
                                              "inhashtag",
                                              "mergedafter",
                                              "mergedbefore",
                                              "onlyextensions",
                                              "onlyexts",
                                              "ownerin",
                                              "parentof",
                                              "parentproject",
                                              "prefixhashtag",
                                              "prefixtopic",
                                              "query",
                                              "rule",
                                              "size",
                                              "star",
                                              "starredby",
                                              "tr",
                                              "unresolved",
                                              "uploaderin",
                                              "visibleto",
                                              "watchedby",
                                              "reviewedby",
                                              "reviewerin",
                                              "merge",
                                              "footernames",
                                              "ispurerevert",
                                              "issubmittable",
                                              "is_submittable"};
/// Of `is:`.
const std::set<std::string> kGerritsStates{
    "starred",    "watched",   "visible", "reviewed", "ignored",     "muted",      "draft",    "assigned",
    "unassigned", "attention", "merge",   "started",  "pure-revert", "cherrypick", "uploader", "revert"};

constexpr size_t kPattern = 256;  // of a regular expression: what a client sends is matched on the stack

bool contains(const std::string& text, const std::string& part) {
  return lower(text).find(lower(part)) != std::string::npos;
}

HttpError unrecognized(const std::string& value) { return {400, "Unrecognized value: " + value}; }

/// `status:` takes the beginning of a word.
std::optional<Predicate> status_predicate(const std::string& value) {
  const std::string word = lower(value);
  const auto is = [](Status status) { return [status](const Change& c) { return c.status == status; }; };
  const std::pair<const char*, Predicate> words[] = {
      {"abandoned", is(Status::kAbandoned)},
      {"closed", [](const Change& c) { return c.status != Status::kNew; }},
      {"merged", is(Status::kMerged)},
      {"new", is(Status::kNew)},
      {"open", is(Status::kNew)},
      {"pending", is(Status::kNew)},
  };
  for (const auto& [name, predicate] : words)
    if (!word.empty() && std::string_view(name).starts_with(word)) return predicate;
  return {};
}

/// `age:2d`: how long ago.
std::chrono::seconds parse_age(const std::string& value) {
  const auto digits = std::min(value.find_first_not_of("0123456789"), value.size());
  const std::string unit = value.substr(digits);
  const std::map<std::string, int> seconds{
      {"s", 1},       {"sec", 1},    {"m", 60},        {"min", 60},      {"h", 3600},     {"d", 86400},
      {"day", 86400}, {"w", 604800}, {"week", 604800}, {"mon", 2592000}, {"y", 31536000}, {"year", 31536000}};
  if (!is_number(value.substr(0, digits)) || !seconds.contains(unit))
    throw HttpError(400, "Invalid age: " + value);
  return std::chrono::seconds(std::int64_t{std::stoi(value)} * seconds.at(unit));
}

class Compiler {
 public:
  Compiler(const State& state, std::optional<int> caller) : state_(state), caller_(caller) {}

  CompiledQuery all(const QueryNode& query) {
    CompiledQuery result{.matches = node(query)};
    result.limit = limit_;
    return result;
  }

 private:
  Predicate node(const QueryNode& query) {
    if (query.kind == QueryNode::kTerm)
      return query.field.empty() ? bare(query.value) : field(query.field, query.value);
    std::vector<Predicate> parts;
    for (const auto& child : query.children) parts.push_back(node(child));
    if (query.kind == QueryNode::kNot) return [part = parts[0]](const Change& c) { return !part(c); };
    if (query.kind == QueryNode::kOr)
      return [parts](const Change& c) {
        return std::any_of(parts.begin(), parts.end(), [&](auto& p) { return p(c); });
      };
    return [parts](const Change& c) {
      return std::all_of(parts.begin(), parts.end(), [&](auto& p) { return p(c); });
    };
  }

  Predicate field(const std::string& name, const std::string& value) {
    if (value.empty() && name != "topic")
      throw HttpError(400, fmt::format("operator {} needs a value", name));
    if (name == "project" || name == "p" || name == "repo" || name == "repository")
      return [p = name_pattern(value)](const Change& c) { return p(c.project); };
    if (name == "projects" || name == "prefix")
      return [value](const Change& c) { return c.project.starts_with(value); };
    if (name == "branch")
      return [p = name_pattern(value[0] == '^' ? value : short_name(value))](const Change& c) {
        return p(c.branch);
      };
    if (name == "ref") return [p = name_pattern(value)](const Change& c) { return p(full_name(c.branch)); };
    if (name == "topic" && value.empty()) return [](const Change& c) { return c.topic.empty(); };
    if (name == "topic") return [p = name_pattern(value)](const Change& c) { return p(c.topic); };
    if (name == "intopic" && value[0] == '^')
      return [p = name_pattern(value)](const Change& c) { return p(c.topic); };
    if (name == "intopic") return [value](const Change& c) { return contains(c.topic, value); };
    if (name == "status") return status(value);
    if (name == "is") return is(value);
    if (name == "owner" || name == "o") return owner(value);
    if (name == "reviewer" || name == "r") return reviewer(value, Role::kReviewer);
    if (name == "cc") return reviewer(value, Role::kCc);
    if (name == "change") return change(value);
    if (name == "hashtag") return hashtag(value);
    if (name == "label" || name == "l") return label_predicate(value, state_, caller_);
    if (name == "commit") return commit(value);
    if ((name == "message" || name == "m" || name == "subject") && value[0] == '^')
      throw http::NotImplemented(fmt::format("the query operator {}:^", name));
    if (name == "message" || name == "m")
      return [value](const Change& c) { return contains(c.current().commit.message, value); };
    if (name == "subject")
      return [value](const Change& c) { return contains(c.current().commit.subject(), value); };
    if (name == "file" || name == "f" || name == "path") return file(value);
    if (name == "after" || name == "since") return updated(value, false);
    if (name == "before" || name == "until") return updated(value, true);
    if (name == "age") return age(value);
    if (name == "limit") return limit(value);
    if (name == "uploader")
      return [ids = accounts(value)](const Change& c) {
        return std::find(ids.begin(), ids.end(), c.current().uploader) != ids.end();
      };
    if (name == "submissionid") return [value](const Change& c) { return c.submission_id == value; };
    if (name == "revertof")
      return [value](const Change& c) { return c.revert_of && std::to_string(*c.revert_of) == value; };
    if (kGerritsOperators.contains(name))
      throw http::NotImplemented(fmt::format("the query operator {}:", name));
    throw HttpError(400, fmt::format("Unsupported operator {}:{}", name, value));
  }

  Predicate bare(const std::string& word) {
    if (word.starts_with("refs/")) return field("ref", word);
    const bool change_id = word.starts_with('I') && word.size() >= 5 && is_hex(word.substr(1));
    if (is_number(word) || change_id || std::count(word.begin(), word.end(), '~') == 2) return change(word);
    std::vector<Predicate> any{[word](const Change& c) {
      return contains(c.project, word) || c.branch == word || c.topic == word || c.hashtags.contains(word) ||
             contains(c.current().commit.message, word) || c.current().files.contains(word);
    }};
    if (is_hex(word) && word.size() >= 6) any.push_back(commit(word));
    if (const auto who = find_accounts(state_, word, {}); !who.empty())
      any.push_back([who](const Change& c) {
        return std::any_of(who.begin(), who.end(),
                           [&](int id) { return c.owner == id || c.reviewers.contains(id); });
      });
    return
        [any](const Change& c) { return std::any_of(any.begin(), any.end(), [&](auto& p) { return p(c); }); };
  }

  Predicate status(const std::string& value) {
    const auto found = status_predicate(value);
    if (!found) throw unrecognized(value);
    return *found;
  }

  Predicate is(const std::string& value) {
    const std::string word = lower(value);
    if (word == "owner") return owner("self");
    if (word == "reviewer") return reviewer("self", Role::kReviewer);
    if (word == "cc") return reviewer("self", Role::kCc);
    if (word == "wip") return [](const Change& c) { return c.work_in_progress; };
    if (word == "private") return [](const Change& c) { return c.is_private; };
    if (word == "mergeable")
      return [this_state = &state_](const Change& c) {
        return c.status == Status::kNew && is_mergeable(*this_state, c);
      };
    if (word == "submittable")
      return [this_state = &state_](const Change& c) {
        return c.status == Status::kNew && labels_allow_submit(c, this_state->project_of(c));
      };
    if (kGerritsStates.contains(word)) throw http::NotImplemented("the query operator is:" + word);
    const auto found = status_predicate(value);
    if (!found) throw unrecognized(value);
    return *found;
  }

  std::vector<int> accounts(const std::string& who) {
    const auto found = find_accounts(state_, who, caller_);
    if (!found.empty()) return found;
    if (who == "self" || who == "me") throw HttpError(403, "Must be signed-in to use this operator");
    throw HttpError(400, fmt::format("Account '{}' not found", who));
  }

  Predicate owner(const std::string& who) {
    return [ids = accounts(who)](const Change& c) {
      return std::find(ids.begin(), ids.end(), c.owner) != ids.end();
    };
  }

  Predicate reviewer(const std::string& who, Role role) {
    return [ids = accounts(who), role](const Change& c) {
      return std::any_of(ids.begin(), ids.end(), [&](int id) {
        const auto found = c.reviewers.find(id);
        return found != c.reviewers.end() && found->second == role;
      });
    };
  }

  Predicate change(const std::string& id) {
    const bool change_id = id.starts_with('I') && is_hex(id.substr(1));
    if (!is_number(id) && !change_id && std::count(id.begin(), id.end(), '~') != 2)
      throw HttpError(400, "Invalid change format");
    const auto found = find_changes(state_, id);
    return
        [found](const Change& c) { return std::find(found.begin(), found.end(), c.number) != found.end(); };
  }

  Predicate hashtag(const std::string& value) {
    const std::string tag = lower(value[0] == '#' ? value.substr(1) : value);
    return [tag](const Change& c) {
      return std::any_of(c.hashtags.begin(), c.hashtags.end(),
                         [&](const auto& one) { return lower(one) == tag; });
    };
  }

  Predicate commit(const std::string& value) {
    return [sha = lower(value)](const Change& c) {
      return std::any_of(c.revisions.begin(), c.revisions.end(),
                         [&](const auto& r) { return r.sha.starts_with(sha); });
    };
  }

  Predicate file(const std::string& value) {
    return [p = name_pattern(value)](const Change& c) {
      const auto& files = c.current().files;
      return std::any_of(files.begin(), files.end(), [&](const auto& one) { return p(one.first); });
    };
  }

  Predicate updated(const std::string& value, bool before) {
    const auto time = parse_time(value);
    if (!time) throw HttpError(400, "Invalid timestamp: " + value);
    return [time = *time, before](const Change& c) { return before ? c.updated <= time : c.updated >= time; };
  }

  Predicate age(const std::string& value) {
    const Time latest =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) - parse_age(value);
    return [latest](const Change& c) { return c.updated <= latest; };
  }

  Predicate limit(const std::string& value) {
    if (!is_number(value) || std::stoi(value) == 0) throw HttpError(400, "Invalid limit: " + value);
    limit_ = limit_ ? std::min(*limit_, std::stoi(value)) : std::stoi(value);
    return [](const Change&) { return true; };
  }

  const State& state_;
  std::optional<int> caller_, limit_;
};

}  // namespace

std::function<bool(const std::string&)> name_pattern(const std::string& pattern) {
  if (!pattern.starts_with('^')) return [pattern](const std::string& name) { return name == pattern; };
  try {
    if (pattern.size() > kPattern) throw HttpError(400, "invalid regular expression: too long");
    const std::regex regex(pattern.substr(1));
    return [regex](const std::string& name) { return std::regex_match(name.substr(0, 4 * kPattern), regex); };
  } catch (const std::regex_error&) {
    throw HttpError(400, "invalid regular expression: " + pattern);
  }
}

CompiledQuery compile(const QueryNode& query, const State& state, std::optional<int> caller) {
  return Compiler(state, caller).all(query);
}

}  // namespace fakes::gerrit
