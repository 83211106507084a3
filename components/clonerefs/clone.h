#pragma once

#include "flags.h"
#include "git.h"

namespace clonerefs {

/// Clones `options.repo` into the empty folder `options.dir` and checks out the base: a branch `base_ref` at
/// `base_sha` or at the head of that branch; a detached HEAD when `base_ref` is a tag. Throws Failure.
Repository clone_base(const Options& options);

}  // namespace clonerefs
