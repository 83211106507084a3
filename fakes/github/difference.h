#pragma once

#include <set>

#include "github/objects.h"

namespace fakes::github {

/// The hunks of a unified diff between two texts, with 3 lines around each change
/// (https://www.gnu.org/software/diffutils/manual/, "Unified Format"), from "@@" on.
struct TextDiff {
  std::string hunks;
  int additions = 0, deletions = 0;
};
TextDiff text_diff(const std::string& before, const std::string& after);

/// The lines that hunks show, each with its side: those of before are LEFT, those of after RIGHT; one that
/// stayed is both.
std::set<std::pair<std::string, int>> commentable_lines(const std::string& hunks);

/// Whether git would take it for no text.
bool is_binary(const std::string& content);

/// What changed from one set of files to another, as the `files` of a commit or pull request: filename,
/// status (added, removed, modified, renamed where the content is the same), sha, additions, deletions,
/// patch.
Json changed_files(const Objects& objects, const Files& before, const Files& after);

/// What changed in a commit: as it was seeded, else against its first parent. Throws http::NotImplemented
/// where the files are not known.
Json files_of_commit(const Objects& objects, const Repository& repository, const Commit& commit);
/// The files of two commits compared.
Json files_between(const Objects& objects, const Repository& repository, const std::string& before,
                   const std::string& after);
/// Of a pull request: as seeded, else from where its head left the base.
Json files_of_pull(const Objects& objects, const Repository& repository, const Pull& pull);

/// Three-way merge, file by file and then line by line. Nothing where that is a conflict.
std::optional<Files> merged_files(const Objects& objects, const Files& base, const Files& ours,
                                  const Files& theirs, std::vector<std::string>& new_blobs);

/// Whether a pull request can be merged without a conflict, as far as files are known.
bool merges(const Objects& objects, const Repository& repository, const Pull& pull);
/// The tree that comes of taking what `theirs` did since it left `base` over into `ours`; nothing where that
/// is a conflict. Where files are not known, the tree of `theirs`.
std::optional<std::string> merged_tree(Objects& objects, const Repository& repository,
                                       const std::string& base, const std::string& ours,
                                       const std::string& theirs);

/// `files` as `git diff` prints them.
std::string diff_text(const Json& files);
/// Commits as `git format-patch --stdout` prints them. Throws as files_of_commit.
std::string patch_text(const Objects& objects, const Repository& repository,
                       const std::vector<const Commit*>& commits);

}  // namespace fakes::github
