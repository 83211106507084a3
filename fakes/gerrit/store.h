#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gerrit/model.h"

namespace fakes::gerrit {

/// The git objects of all projects, in a folder of its own that ends with it. Objects are only added and are
/// named by what they are, so copies of a State share one Store: which commit is on which branch is the
/// State's business. Ids are 40 hexadecimal digits. Not thread-safe. Throws std::runtime_error with libgit2's
/// message where git cannot go on.
class Store {
 public:
  static constexpr const char* kEmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
  Store();
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// The folder of the objects, as alternates of another repository name it.
  std::filesystem::path objects() const;

  /// Writes a commit of `tree`; gives back its id.
  std::string write(const Commit& commit, const std::string& tree);
  bool has(const std::string& commit) const;
  Commit read(const std::string& commit) const;
  std::string tree_of(const std::string& commit) const;

  /// `tree` with these files in place of what is there; nothing removes one. Throws HttpError (400) at a path
  /// that git cannot have.
  std::string edited(const std::string& tree,
                     const std::map<std::string, std::optional<std::string>>& contents);
  struct File {
    std::string id, content;
    unsigned mode = 0;
  };
  /// Nothing where the tree has no such file; a submodule's content is the commit's id.
  std::optional<File> file(const std::string& tree, const std::string& path) const;

  struct Merged {
    std::string tree;                    ///< "" where there are conflicts, unless these were to be kept
    std::vector<std::string> conflicts;  ///< paths
  };
  /// What changed from `base` to `theirs`, on top of `ours`: trees. With `keep_conflicts` files have conflict
  /// markers.
  Merged merge(const std::string& base, const std::string& ours, const std::string& theirs,
               bool keep_conflicts = false);
  /// The newest commit that both descend from; "" where there is none.
  std::string merge_base(const std::string& one, const std::string& other) const;
  /// Whether `ancestor` is `commit` or what it descends from.
  bool reaches(const std::string& commit, const std::string& ancestor) const;

  /// FileInfo of each file that differs, by its path in `to`.
  std::map<std::string, Json> files(const std::string& from, const std::string& to) const;
  /// The difference as git diff prints it, of one file where `path` says so.
  std::string patch(const std::string& from, const std::string& to, const std::string& path = "") const;

  /// Lines `old_begin`.. were replaced by lines `new_begin`.. (from 0).
  struct Hunk {
    int old_begin = 0, old_count = 0, new_begin = 0, new_count = 0;
  };
  static std::vector<Hunk> hunks(const std::string& from, const std::string& to);

 private:
  struct Repository;
  Repository& repository() const;
  mutable std::unique_ptr<Repository> repository_;  ///< made when it is needed
};

/// The object that git makes of a commit: its id is the SHA-1 of "commit SIZE\0" and this.
std::string commit_object(const Commit& commit, const std::string& tree);

}  // namespace fakes::gerrit
