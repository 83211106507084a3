#include "base/git_environment.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "support/environment.h"

namespace harness {
namespace {

TEST(GitEnvironmentTest, AllThatGitListsIsLocal) {
  const auto listed = run_checked({.args = {"git", "rev-parse", "--local-env-vars"}}, "git", kCluster);
  for (const auto& name : split(trim(listed), '\n')) EXPECT_TRUE(is_local_git_variable(name)) << name;
  for (const auto* name : {"GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_12", "GIT_NAMESPACE", "GIT_QUARANTINE_PATH"})
    EXPECT_TRUE(is_local_git_variable(name)) << name;
}

TEST(GitEnvironmentTest, WhoIsAtWorkAndHowIsNot) {
  for (const auto* name : {"GIT_AUTHOR_NAME", "GIT_COMMITTER_DATE", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL",
                           "GIT_CONFIG_NOSYSTEM", "GIT_TRACE", "GIT_COMMIT", "GIT_BRANCH", "GIT_DIRECTORY",
                           "XGIT_DIR", "git_dir", ""})
    EXPECT_FALSE(is_local_git_variable(name)) << name;
}

TEST(GitEnvironmentTest, NoChildHasThemUnlessItIsGivenThem) {
  const ScopedVariable dir("GIT_DIR", "/somebodys"), key("GIT_CONFIG_KEY_0", "a.b"),
      index("GIT_INDEX_FILE", ""), other("GIT_AUTHOR_NAME", "me");
  const Command show{.args = {"sh", "-c", "env | grep -E '^GIT_(AUTHOR|DIR|CONFIG|INDEX)' | sort"}};
  EXPECT_EQ(run(show).out, "GIT_AUTHOR_NAME=me\n");
  auto given = show;
  given.env["GIT_DIR"] = "/ours";
  EXPECT_EQ(run(given).out, "GIT_AUTHOR_NAME=me\nGIT_DIR=/ours\n");
}

TEST(GitEnvironmentTest, TheProcessItselfForgetsThem) {
  const ScopedVariable dir("GIT_DIR", "/somebodys"), value("GIT_CONFIG_VALUE_3", "x"),
      other("GIT_AUTHOR_NAME", "me");
  forget_local_git_variables();
  EXPECT_EQ(std::getenv("GIT_DIR"), nullptr);
  EXPECT_EQ(std::getenv("GIT_CONFIG_VALUE_3"), nullptr);
  EXPECT_STREQ(std::getenv("GIT_AUTHOR_NAME"), "me");
}

}  // namespace
}  // namespace harness
