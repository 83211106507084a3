#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/process.h"

/// How git is called. There are two kinds of repository: the user's, of which is only read, and the harness's
/// own.
namespace harness::testrun {

/// Asks git about a folder of the user's. Nothing is changed there or run by it, whatever its configuration
/// says, and whoever owns it.
ProcessResult ask_git(const std::filesystem::path& dir, std::vector<std::string> args, std::stop_token stop);
/// The first line of its answer; "" where it fails.
std::string asked_line(const std::filesystem::path& dir, std::vector<std::string> args, std::stop_token stop);

/// A repository that the harness made for itself. git is told where it is and never looks for one: where it
/// is half made that is an error, and not a reason to work on the repository around it, which is the user's.
/// The user's configuration, hooks, filters (LFS) and templates do not count.
class OwnRepository {
 public:
  /// Bare where there is no work tree. Nothing is looked at or made.
  explicit OwnRepository(std::filesystem::path git_dir, std::filesystem::path work_tree = {});

  /// `format`: "sha1" or "sha256". What is there already must be empty or a repository.
  void init(const std::string& format, std::stop_token stop) const;
  ProcessResult git(std::vector<std::string> args, std::stop_token stop, const std::string& input = {}) const;
  /// The same; throws Error (kCluster) with git's own words.
  std::string checked(std::vector<std::string> args, const std::string& doing, std::stop_token stop) const;
  /// The first line; "" where it fails.
  std::string line(std::vector<std::string> args, std::stop_token stop) const;

  const std::filesystem::path& git_dir() const { return git_dir_; }
  /// The beginning of a command line that works on it.
  std::vector<std::string> command() const;

 private:
  std::filesystem::path git_dir_, work_tree_;
};

/// Throws Error: "DOING: fatal: repository not found", with all that git said. Nothing of it has credentials.
[[noreturn]] void fail_with_gits_words(const std::string& doing, const std::vector<std::string>& args,
                                       const ProcessResult& result, ExitCode exit_code);

/// Options of git that keep what is configured elsewhere from being run, and what it does from being put off.
std::vector<std::string> without_surprises();

}  // namespace harness::testrun
