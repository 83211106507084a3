#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/project.h"
#include "image/worktree.h"

namespace harness {

/// What components.yaml says of files, by their path relative to the project.
struct ProjectFiles {
  std::function<bool(const std::string& path)> is_input;        ///< something is made from it
  std::function<bool(const std::string& path)> leads_to_input;  ///< an input itself, or a folder with one
  std::function<bool(const std::string& path)>
      is_made;  ///< a builder may make it; one that git knows is an input all the same
  std::function<bool(const std::string& path)> is_report;  ///< the harness writes it
};
/// `reports`: folders that the command line names for them.
ProjectFiles project_files(const Project& project, const std::vector<std::filesystem::path>& reports);

/// Which changes of files are edits of the user, and which a round made itself (-watch). Nobody can tell who
/// writes a file, so:
///
/// - between rounds each change of contents, mode or name is an edit;
/// - within a round an edit is a change of what git knows or something is made from, and nothing that a round
/// itself made: a file that appeared in a
///   round, or that the rounds change again and again;
/// - of a file that is neither, but was there when the watch began, one round may be started too many, none
/// too few.
class Edits {
 public:
  explicit Edits(std::filesystem::path root) : root_(std::move(root)) {}
  /// What is there before the first round.
  void seen(const std::string& path);
  /// `worktree` may be null; `prefix` is the root's path in it, "" or with a slash at its end.
  void begin_round(ProjectFiles files, Worktree::Shared worktree, std::string prefix);

  struct Verdict {
    std::set<std::string> at_once;  ///< edits: the round that runs is of no use
    std::set<std::string>
        afterwards;  ///< changes that a round may have made itself: one more round once this one has ended
    std::vector<std::string> remarks;  ///< for the user
  };
  /// `changed` is what Changes::take() gave; "" is one of them that stands for any.
  Verdict judge(const std::set<std::string>& changed, bool in_round);

 private:
  struct File {
    std::string content;        ///< mode and hash, "" where there is none, "?" where nobody looked
    bool is_of_rounds = false;  ///< a round made it
    int last_round = 0;         ///< in which it changed
    int in_succession = 0;      ///< such rounds
  };
  std::string content_of(const std::string& path) const;
  bool is_source(const std::string& path) const;
  void judge_in_round(const std::string& path, bool was_there, File& file, Verdict& verdict) const;

  const std::filesystem::path root_;
  Worktree::Shared worktree_;
  std::string prefix_;
  ProjectFiles project_;
  std::map<std::string, File> files_;
  int round_ = 0;
};

}  // namespace harness
