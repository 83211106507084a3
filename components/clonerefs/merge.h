#pragma once

#include "flags.h"
#include "git.h"

namespace clonerefs {

/// Merges `pull`, fetched from the remote "origin", into HEAD and checks the result out. Always a merge
/// commit (git merge --no-ff), nothing where HEAD has the commit already. Identity and date follow from the
/// commits merged. Throws Failure on a conflict (naming the files), an unknown commit, or no common history.
void merge_pull(git_repository* repo, const Pull& pull);

}  // namespace clonerefs
