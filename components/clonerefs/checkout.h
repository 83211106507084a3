#pragma once

#include "git.h"

namespace clonerefs {

/// Puts HEAD's files into the working folder, whatever is there. Throws Failure where the tree would write
/// outside of it: libgit2 refuses names such as ".." and ".git"; a tree that names one entry twice (a
/// symbolic link, and a folder to be made behind it) is refused here.
void checkout_head(git_repository* repo);

}  // namespace clonerefs
