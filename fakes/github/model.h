#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "github/model_git.h"
#include "github/model_org.h"

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

struct Reaction {
  Id id = 0;
  std::string user, content;
  Time created = 0;
};
using Reactions = std::map<Id, Reaction>;

struct Comment {
  Id id = 0;
  std::string user, body;
  Time created = 0, updated = 0;
  Reactions reactions = {};
};

/// On a line of a pull request.
struct ReviewComment {
  Id id = 0, review = 0, in_reply_to = 0;
  std::string user, body, path, commit, original_commit, side = "RIGHT", hunk, subject = "line";
  std::optional<int> line, start_line, position;
  std::optional<std::string> start_side;
  Time created = 0, updated = 0;
  Reactions reactions = {};
};

/// What happened to an issue, as its timeline has it.
struct IssueEvent {
  Id id = 0;
  std::string event, actor;
  Time created = 0;
  Json more = Json::object();  ///< further fields: a label, an assignee, a rename
};

struct Milestone {
  Id id = 0;
  int number = 0;
  std::string title, creator;
  std::optional<std::string> description;
  bool open = true;
  Time created = 0, updated = 0, closed = 0, due = 0;
};

struct Asset {
  Id id = 0;
  std::string name, type, data, uploader;
  std::optional<std::string> label;
  Time created = 0;
  int downloads = 0;
};

struct Release {
  Id id = 0;
  std::string tag, target, author;
  std::optional<std::string> name, body;
  bool draft = false, prerelease = false, latest = true;
  Time created = 0, published = 0;
  std::map<Id, Asset> assets;
};

struct CheckRun {
  Id id = 0, suite = 0;
  std::string name, sha, status = "queued", external_id;
  std::optional<std::string> conclusion, details_url;
  Time started = 0, completed = 0;
  Json output = Json::object(), actions = Json::array(), annotations = Json::array();
};

struct CheckSuite {
  Id id = 0, app = 0;
  std::string sha, branch;
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
  std::map<Id, ReviewComment> comments;
  bool maintainer_can_modify = false;
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
  int milestone = 0;  ///< its number; 0 is none
  bool locked = false;
  std::optional<std::string> lock_reason;
  Reactions reactions;
  std::vector<IssueEvent> events;
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
  std::optional<std::string> description, homepage;
  bool is_private = false, has_issues = true, archived = false;
  std::map<std::string, bool> switches = {};  ///< settings.h
  std::vector<std::string> topics;
  std::map<std::string, Member>
      collaborators;  ///< by lower(login); role: pull, triage, push, maintain, admin; pending: invited
  std::map<std::string, Json> protections;  ///< of branches, as protection.h has it
  std::string default_branch = "main";
  Time created = 0, updated = 0, pushed = 0;
  std::map<std::string, std::string> refs;  ///< "heads/main" to a commit's id
  std::map<std::string, Commit> commits;
  std::map<std::string, std::string> tags;  ///< annotated ones: the tag object's id to its commit's
  std::map<Id, Label> labels;
  std::map<int, Issue> issues;
  std::map<std::string, std::vector<Status>> statuses;  ///< of a commit, the oldest first
  std::map<Id, Hook> hooks;
  std::map<int, Milestone> milestones;
  std::map<Id, Release> releases;
  std::map<Id, CheckRun> runs;
  std::map<Id, CheckSuite> suites;
  int last_number = 0, last_milestone = 0;

  std::string full_name() const { return owner + "/" + name; }
};

}  // namespace fakes::github
