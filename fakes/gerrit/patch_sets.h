#pragma once

#include "gerrit/state.h"

namespace fakes::gerrit {

/// The tree of a commit. Throws NotImplemented where the commit is known by its id alone: a seed named it.
std::string tree_of(const State& state, const std::string& commit);

/// Whether the commit and all that it has changed are known.
bool is_known(const State& state, const std::string& commit);

/// The tree that a change of the commit's first parent is seen against: that parent's, or the merge of all of
/// them.
std::string base_tree_of(const State& state, const Commit& commit);

/// The commit as a patch set by `uploader`, written to the store, with its files. Where a parent is known by
/// its id alone, so is it.
Revision make_revision(State& state, int uploader, const Commit& commit, const std::string& tree);

/// Makes `revision` the change's next patch set. Votes go with it where `kind` is NO_CHANGE or
/// TRIVIAL_REBASE.
Revision& add_patch_set(Change& change, Revision revision, const std::string& kind);

/// Who commits: the caller's account, now.
Person committer(State& state, int user);

/// A new change of `user`'s with `revision` as its first patch set, and that as its first message.
Change& add_change(State& state, int user, const std::string& project, const std::string& branch,
                   const std::string& change_id, Revision revision, const std::string& message);

/// The open change of that Change-Id in a branch, or any; nullptr where there is none.
Change* change_in_branch(State& state, const std::string& project, const std::string& branch,
                         const std::string& change_id);

/// The commit at the tip of a change's branch; nothing where the branch does not exist.
std::optional<std::string> tip_of(const State& state, const std::string& project, const std::string& branch);

/// "merge conflict(s):\na.txt".
std::string conflict_text(const std::vector<std::string>& paths);
/// "\n\nThe following files contain Git conflicts:\n* a.txt"; "" without any.
std::string conflict_note(const std::vector<std::string>& paths);

}  // namespace fakes::gerrit
