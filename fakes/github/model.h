#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

/// What the fake remembers. Times are seconds since 1970; a user is named by the login.
namespace fakes::github {

using Id = std::int64_t;
using Time = std::int64_t;
using Json = nlohmann::json;

struct User {
  std::string login, name, email;
  bool organization = false;
};

struct Label {
  Id id = 0;
  std::string name, color = "ededed";
  std::optional<std::string> description;
};

struct Comment {
  Id id = 0;
  std::string user, body;
  Time created = 0, updated = 0;
};

struct Review {
  Id id = 0;
  std::string user, body, state,
      commit;  ///< state: PENDING, APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED
  Time submitted = 0;
};

/// One side of a pull request.
struct PullSide {
  std::string repository, ref, sha;  ///< "owner/name", "main"
};

struct Pull {
  PullSide head, base;
  bool draft = false, merged = false;
  std::optional<bool> mergeable = true;  ///< nothing: GitHub has not found out yet
  Time merged_at = 0;
  std::string merged_by, merge_commit;
  std::vector<std::string> reviewers, teams;
  std::map<Id, Review> reviews;
  Json files = Json::array();  ///< as they were seeded
  std::optional<std::vector<std::string>>
      commits;  ///< their ids as seeded; else what head has and base has not
};

struct Issue {
  Id id = 0;
  int number = 0;
  std::string title, user;
  std::optional<std::string> body, state_reason;
  bool open = true;
  std::vector<Id> labels;
  std::vector<std::string> assignees;
  std::map<Id, Comment> comments;
  Time created = 0, updated = 0, closed = 0;
  std::uint64_t touched = 0;  ///< orders what was updated in the same second
  std::string closed_by;
  std::optional<Pull> pull;
};

struct Status {
  Id id = 0;
  std::string state, context, creator;
  std::optional<std::string> description, target_url;
  Time created = 0;
};

struct Person {
  std::string name, email;
  Time date = 0;
};

struct Commit {
  std::string sha, tree, message, login;  ///< login: the author's, "" where GitHub knows none
  std::vector<std::string> parents;
  Person author, committer;
  Json files = Json::array();
};

struct Hook {
  Id id = 0;
  bool active = true;
  std::vector<std::string> events;
  std::string url, content_type = "form", secret, insecure_ssl = "0";
  Time created = 0, updated = 0;
};

struct Repository {
  Id id = 0;
  std::string owner, name;
  std::optional<std::string> description;
  bool is_private = false, has_issues = true;
  std::string default_branch = "main";
  Time created = 0, updated = 0, pushed = 0;
  std::map<std::string, std::string> refs;  ///< "heads/main" to a commit's id
  std::map<std::string, Commit> commits;
  std::map<Id, Label> labels;
  std::map<int, Issue> issues;
  std::map<std::string, std::vector<Status>> statuses;  ///< of a commit, the oldest first
  std::map<Id, Hook> hooks;
  int last_number = 0;

  std::string full_name() const { return owner + "/" + name; }
};

}  // namespace fakes::github
