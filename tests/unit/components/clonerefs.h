#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

#include "components_tests_paths.h"
#include "framework/git.h"
#include "framework/process.h"
#include "framework/temp_dir.h"

/// Runs the real program on local repositories.
class Clonerefs : public testing::Test {
 protected:
  /// What clonerefs gets to see of the machine: an identity, a configuration and a time zone that must not
  /// matter.
  static test::Command command(std::vector<std::string> args) {
    args.insert(args.begin(), CLONEREFS);
    return {.args = std::move(args),
            .env = {{"LSAN_OPTIONS", "suppressions=" LSAN_SUPPRESSIONS ":print_suppressions=0"},
                    {"GIT_AUTHOR_NAME", "someone"},
                    {"TZ", "Asia/Tokyo"}}};
  }

  test::Result clone(const std::vector<std::string>& more = {}) { return clone_of(super().string(), more); }

  test::Result clone_of(const std::string& url, const std::vector<std::string>& more = {}) {
    std::vector<std::string> args = {"-repo", url, "-base-ref", "master", "-dir", dir().string()};
    args.insert(args.end(), more.begin(), more.end());
    return test::run(command(args));
  }

  /// -pull's value for refs/pull/NUMBER/head of the repository.
  std::string pull(int number) const {
    return std::to_string(number) + ":" +
           test::git(super(), {"rev-parse", "refs/pull/" + std::to_string(number) + "/head"});
  }
  std::string rev(const std::filesystem::path& repo, const std::string& name = "HEAD") const {
    return test::git(repo, {"rev-parse", name});
  }

  std::filesystem::path super() const { return tmp_.path() / "org" / "super"; }
  std::filesystem::path lib() const { return tmp_.path() / "org" / "lib"; }
  std::filesystem::path dir() const { return tmp_.path() / "out" / "clone"; }
  std::filesystem::path tmp() const { return tmp_.path(); }

 private:
  test::TempDir tmp_;
};

MATCHER(Succeeded, "") { return arg.ok(); }
MATCHER_P(FailedWith, code, "") { return arg.exit_code == code; }

/// A repository of two commits and three pull requests that touch different files; the third began at the
/// first commit.
inline constexpr const char* kThreePulls = R"(
    commit() { echo "$1" > "$1"; git add "$1"; git commit -qm "add $1"; }
    commit old; git branch pull3; commit base
    for n in 1 2 3; do
      git checkout -q pull$n 2>/dev/null || git checkout -q -b pull$n master
      commit file$n
      git update-ref refs/pull/$n/head HEAD
    done
    git checkout -q master
    git branch -D -q pull1 pull2 pull3)";
