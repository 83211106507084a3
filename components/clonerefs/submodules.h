#pragma once

#include <string>

#include "git.h"

namespace clonerefs {

/// Clones every submodule that HEAD's index names, at the commit it names, and theirs in turn. Relative URLs
/// count from the remote's. Throws Failure; also where a repository from the network names one of this
/// machine. `prefix` is put before the paths that are printed.
void update_submodules(git_repository* repo, const std::string& prefix = "");

}  // namespace clonerefs
