#pragma once

#include "image/worktree.h"

namespace harness {

/// As Worktree::of, by asking the program git: for repositories that libgit2 cannot read (SHA-256, an index
/// that is split, sparse or without a hash, …). No contents are known: files are read. `reason` is why
/// libgit2 cannot. Throws Error (kBuild) with both reasons where git cannot either.
Worktree::Shared git_worktree(const std::filesystem::path& folder, Worktree::Search search,
                              const std::vector<Worktree::Shared>& known, const std::string& reason);

}  // namespace harness
