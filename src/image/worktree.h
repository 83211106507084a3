#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace harness {

/// A git working tree as its index and its ignore rules describe it. Nothing is written, and nothing runs
/// that its configuration names. It is read by libgit2, or by git itself where libgit2 cannot
/// (git_worktree.h). Paths are relative to root(), "" being root() itself. May be asked by several threads.
class Worktree {
 public:
  enum class Search { here, upwards };
  using Shared = std::shared_ptr<const Worktree>;
  struct Entry {
    std::string path;
    bool folder = false;
  };
  /// The one whose root is `folder` or, upwards, one that holds it; null where there is none. One of `known`
  /// is not read again, nor one that this process has read since its index was written. Throws Error (kBuild)
  /// where git's files cannot be read.
  static Shared of(const std::filesystem::path& folder, Search search, const std::vector<Shared>& known = {});
  virtual ~Worktree() = default;

  /// Absolute, without links, with a slash at its end.
  virtual const std::string& root() const = 0;
  /// A file that git knows, or a folder that holds one.
  virtual bool tracks(const std::string& path) const = 0;
  /// The id of a file's contents ("blob"), as the index has it: where the file has the status that it had
  /// then, by git's own rules. Else "".
  virtual std::string known_id(const std::string& path, const struct stat& status) const = 0;
  /// Which of these .gitignore, .git/info/exclude or the user's core.excludesFile name, or a folder that
  /// holds them.
  virtual std::vector<bool> ignored(const std::vector<Entry>& entries) const = 0;
  bool ignores(const std::string& path, bool folder) const { return ignored({{path, folder}})[0]; }

 protected:
  Worktree() = default;
};

}  // namespace harness
