#pragma once

#include "github/model.h"

namespace fakes::github {

constexpr const char* kEmptyTree =
    "4b825dc642cb6eb9a060e54bf8d69288fbee4904";  ///< the id that git gives a tree without files
constexpr const char* kNoCommit = "0000000000000000000000000000000000000000";

/// Adds a commit; where it has no id, with the one that git gives it
/// (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects). Returns the id.
std::string add_commit(Repository& repository, Commit commit);
/// A commit of which nothing but the id is known, unless it is there already.
void know_commit(Repository& repository, const std::string& sha, Time date);

/// The commit that `ref` names: a branch, a tag, "heads/main", "refs/heads/main" or a commit's id, also a
/// part of it (7 digits and more) that only one commit begins with. nullptr where there is none.
/// An annotated tag stands for its commit.
const Commit* find_commit(const Repository& repository, const std::string& ref);

/// `sha` and its ancestors as far as they are known, the newest first; without those of `without`.
std::vector<const Commit*> history(const Repository& repository, const std::string& sha,
                                   const std::string& without = "");
/// The best common ancestor; "" where there is none.
std::string merge_base(const Repository& repository, const std::string& a, const std::string& b);
bool is_ancestor(const Repository& repository, const std::string& old_sha, const std::string& new_sha);

/// The commits of a pull request, the oldest first.
std::vector<const Commit*> commits_of(const Repository& repository, const Pull& pull);

}  // namespace fakes::github
