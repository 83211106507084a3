#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fakes::gerrit {

using Json = nlohmann::json;
/// What Gerrit calls a timestamp: UTC (timestamp.h).
using Time = std::chrono::sys_time<std::chrono::microseconds>;

struct Account {
  int id = 0;
  std::string username, name, email;
  Time registered;
};

/// What a project's configuration says of a label.
struct Label {
  std::map<int, std::string> values;  ///< never empty; 0 is among them
  int default_value = 0;
  std::string function = "MaxWithBlock";  ///< Gerrit's name of what it takes to submit
  int min() const { return values.begin()->first; }
  int max() const { return values.rbegin()->first; }
};

struct Project {
  std::string name, description;
  std::string head = "refs/heads/master";
  std::map<std::string, std::string> branches;  ///< by full name: the commit
  std::map<std::string, Label> labels;
};

struct Person {
  std::string name, email;
  Time date;
  int tz = 0;  ///< minutes east of UTC
};

struct Commit {
  std::string message;
  std::vector<std::string> parents;
  Person author, committer;
  std::string subject() const { return message.substr(0, message.find('\n')); }
};

struct Vote {
  int value = 0;  ///< never 0 where it is kept
  Time date;
  std::string tag;
};

/// A patch set.
struct Revision {
  std::string sha;
  int number = 0;
  int uploader = 0;
  Time created;
  std::string kind = "REWORK";
  Commit commit;
  std::map<std::string, Json> files;                 ///< by path: FileInfo
  Json given;                                        ///< of an /admin/add/change: RevisionInfo, or null
  std::map<std::string, std::map<int, Vote>> votes;  ///< by label and account
};

struct Message {
  std::string id, text, tag;
  std::optional<int> author, real_author;  ///< the latter where it acted for the former
  Time date;
  int revision = 0;
};

struct Comment {
  std::string id, path, side, text, in_reply_to, tag, message_id;
  int author = 0;
  int revision = 0;
  int line = 0;  ///< 0: the whole file
  Json range;    ///< null: none
  Time updated;
  bool unresolved = false;
};

/// What somebody has changed in a change and not published.
struct Edit {
  int base = 0;  ///< the patch set that it began at
  Commit commit;
  std::string tree, sha;
};

enum class Status { kNew, kMerged, kAbandoned };
enum class Role { kReviewer, kCc };

struct Change {
  int number = 0;
  std::string project, branch, change_id, topic;  ///< the branch without refs/heads/
  std::set<std::string> hashtags;
  Status status = Status::kNew;
  int owner = 0;
  Time created, updated;
  std::optional<Time> submitted;
  std::optional<int> submitter;
  std::map<int, Role> reviewers;
  bool work_in_progress = false, is_private = false, mergeable = true;
  std::vector<Revision> revisions;  ///< never empty, by number
  std::vector<Message> messages;
  std::vector<Comment> comments;
  std::string submission_id;
  std::optional<int> revert_of;
  std::optional<std::pair<int, int>> cherry_pick_of;  ///< change and patch set
  std::map<int, Edit> edits;                          ///< by account
  Json given;  ///< of an /admin/add/change: ChangeInfo, or null; its ids are names of the change as well

  Revision& current() { return revisions.back(); }
  const Revision& current() const { return revisions.back(); }
};

/// "new", "merged", "abandoned".
std::string name_of(Status status);

}  // namespace fakes::gerrit
