#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace harness {

/// A git working tree as its index and its ignore rules describe it, by libgit2. Nothing is written, and nothing runs that its configuration names.
/// Paths are relative to root(), "" being root() itself. May be asked by several threads.
class Worktree {
 public:
  enum class Search { here, upwards };
  using Shared = std::shared_ptr<const Worktree>;
  /// The one whose root is `folder` or, upwards, one that holds it; null where there is none. One of `known` is not read again, nor one that this
  /// process has read since its index was written. Throws Error (kBuild)
  /// where git's files cannot be read.
  static Shared of(const std::filesystem::path& folder, Search search, const std::vector<Shared>& known = {});
  ~Worktree();

  /// Absolute, without links, with a slash at its end.
  const std::string& root() const;
  /// A file that git knows, or a folder that holds one.
  bool tracks(const std::string& path) const;
  /// The id of a file's contents ("blob"), as the index has it: where the file has the status that it had then, by git's own rules. Else "".
  std::string known_id(const std::string& path, const struct stat& status) const;
  /// By .gitignore, .git/info/exclude or the user's core.excludesFile.
  bool ignores(const std::string& path, bool folder) const;

 private:
  struct State;
  class Memory;
  explicit Worktree(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace harness
