#pragma once

#include <string_view>

namespace harness {

/// Whether git takes the repository that it works on, or what it sees of one, from this variable: all that
/// `git rev-parse --local-env-vars` lists in any version, the pairs of GIT_CONFIG_COUNT, and GIT_NAMESPACE
/// and GIT_QUARANTINE_PATH, which belong to one repository, too. Git exports them to hooks, aliases and
/// `rebase --exec`; whoever inherits them works on the user's repository, in whatever folder
/// (https://git-scm.com/docs/githooks#_description).
bool is_local_git_variable(std::string_view name);

/// Removes all of them from this process, so that libraries do not see them. To be called before there are
/// other threads.
void forget_local_git_variables();

}  // namespace harness
