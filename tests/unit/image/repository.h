#pragma once

#include <string>

#include "base/process.h"
#include "base/text.h"
#include "support/files.h"

/// Git in a folder of a test, with nobody's configuration.
inline std::string git(const std::filesystem::path& folder, const std::string& arguments) {
  const harness::Command command{
      .args = {"sh", "-c", "git -c gc.auto=0 -c init.defaultBranch=main " + arguments},
      .dir = folder,
      .env = {{"GIT_CONFIG_GLOBAL", "/dev/null"},
              {"GIT_CONFIG_NOSYSTEM", "1"},
              {"GIT_AUTHOR_NAME", "a"},
              {"GIT_AUTHOR_EMAIL", "a@b"},
              {"GIT_COMMITTER_NAME", "a"},
              {"GIT_COMMITTER_EMAIL", "a@b"}}};
  return harness::trim(harness::run_checked(command, "git", harness::kTestsFailed));
}

/// So that git need not look at the file again ("racily clean"): written an hour ago. Its ctime is of now,
/// which does not matter there.
inline void make_old(const std::filesystem::path& file) {
  std::filesystem::last_write_time(file,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
}
