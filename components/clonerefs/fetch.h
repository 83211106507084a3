#pragma once

#include <optional>
#include <string>

#include "git.h"

namespace clonerefs {

/// Makes `url` the remote "origin" of `repo` and fetches every branch and tag.
/// Throws Failure where the server cannot be reached or has no such repository.
void fetch_branches(git_repository* repo, const std::string& url);

/// The commit `sha`, fetched from `url` when `repo` lacks it: by its id where the server gives commits by id,
/// else with the head of pull request `pull`, else with whatever refs the server has. Nothing when it has no
/// such commit.
Commit find_commit(git_repository* repo, const std::string& url, const git_oid& sha,
                   std::optional<int> pull = {});

/// file:///path as /path: libgit2 1.5 loses a slash where it resolves a URL relative to the former.
std::string plain_url(const std::string& url);

/// Whether `url` is one of a server (http, https, ssh, git, or HOST:PATH) and not a path of this machine or
/// file://.
bool is_network_url(const std::string& url);

}  // namespace clonerefs
