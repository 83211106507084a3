#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "testrun/git_remote.h"

namespace harness::testrun {

/// What a revision is.
struct Resolved {
  OwnRepository repository;  ///< which has it
  std::string format;        ///< "sha1", "sha256"
  std::string commit;
  std::vector<std::string> remarks = {};
};

/// The commit that `revision` names in a remote repository: a tag, a branch, HEAD, a full name
/// (refs/pull/1/head), a commit or the beginning of its id. All branches and tags are fetched into a bare
/// repository below `cache`, one for each remote, under a lock; a commit that is there is not fetched. A copy
/// that git can no longer use is left to those that still work with it, and another one is made. Throws Error
/// with git's own words, Cancelled.
Resolved resolve(const Remote& remote, const std::string& revision, const std::filesystem::path& cache,
                 std::stop_token stop);

/// Whether it is a whole id.
bool is_commit_id(const std::string& text);

}  // namespace harness::testrun
