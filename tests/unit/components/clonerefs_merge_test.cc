#include "clonerefs.h"

namespace {

using test::git;
using test::make_repo;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Clonerefs, BaseIsTheHeadOfTheRef) {
  make_repo(super(), kThreePulls);
  const auto result = clone();
  ASSERT_THAT(result, Succeeded());
  EXPECT_EQ(rev(dir()), rev(super(), "master"));
  EXPECT_EQ(git(dir(), {"symbolic-ref", "HEAD"}), "refs/heads/master");
  EXPECT_EQ(git(dir(), {"ls-files"}), "base\nold");
  EXPECT_EQ(git(dir(), {"status", "--porcelain"}), "");
  EXPECT_THAT(result.out, AllOf(HasSubstr("cloned " + super().string() + "\n"),
                                HasSubstr("base master at " + rev(super()) + "\n"),
                                HasSubstr("HEAD is " + rev(super()) + "\n")));
  EXPECT_EQ(result.err, "");
}

TEST_F(Clonerefs, BaseShaWinsOverTheHead) {
  make_repo(super(), kThreePulls);
  ASSERT_THAT(clone({"-base-sha", rev(super(), "master~1")}), Succeeded());
  EXPECT_EQ(rev(dir(), "master"), rev(super(), "master~1"));
  EXPECT_EQ(git(dir(), {"ls-files"}), "old");
}

TEST_F(Clonerefs, BaseShaFromARefThatIsNoBranch) {
  make_repo(super(), kThreePulls);
  ASSERT_THAT(clone({"-base-sha", rev(super(), "refs/pull/2/head")}), Succeeded());
  EXPECT_EQ(rev(dir()), rev(super(), "refs/pull/2/head"));
  EXPECT_THAT(git(dir(), {"for-each-ref", "--format=%(refname)"}), Not(HasSubstr("pull")));
}

TEST_F(Clonerefs, TagAsBaseIsDetached) {
  make_repo(super(), std::string(kThreePulls) + "\ngit tag -a -m one v1 master~1");
  const auto result = test::run(
      command({"--repo=" + super().string(), "--base-ref=v1", "-dir=" + dir().string(), "-pull", pull(3)}));
  ASSERT_THAT(result, Succeeded());
  EXPECT_EQ(git(dir(), {"ls-files"}), "file3\nold");
  EXPECT_FALSE(test::try_git(dir(), {"symbolic-ref", "HEAD"}).ok());
}

TEST_F(Clonerefs, OnePullMakesAMergeCommit) {
  make_repo(super(), kThreePulls);
  const auto result = clone({"-pull", pull(1)});
  ASSERT_THAT(result, Succeeded());
  EXPECT_EQ(rev(dir(), "HEAD^1"), rev(super(), "master"));
  EXPECT_EQ(rev(dir(), "HEAD^2"), rev(super(), "refs/pull/1/head"));
  EXPECT_EQ(git(dir(), {"ls-files"}), "base\nfile1\nold");
  EXPECT_EQ(git(dir(), {"status", "--porcelain"}), "");
  EXPECT_THAT(result.out, HasSubstr("merged pull request 1 (" + rev(super(), "refs/pull/1/head") + ") as " +
                                    rev(dir()) + "\n"));
}

TEST_F(Clonerefs, PullsMergeInTheGivenOrderAsGitWould) {
  make_repo(super(), kThreePulls);
  const auto result = clone({"-pull", pull(3), "-pull", pull(1), "-pull", pull(2)});
  ASSERT_THAT(result, Succeeded());
  // git itself, with clonerefs' identity and message, must come to the same commit id
  const std::map<std::string, std::string> who = {{"GIT_AUTHOR_NAME", "clonerefs"},
                                                  {"GIT_COMMITTER_NAME", "clonerefs"},
                                                  {"GIT_AUTHOR_EMAIL", "clonerefs@localhost"},
                                                  {"GIT_COMMITTER_EMAIL", "clonerefs@localhost"}};
  for (const std::string n : {"3", "1", "2"})
    git(super(), {"merge", "-q", "--no-ff", "-m", "Merge pull request #" + n, "refs/pull/" + n + "/head"},
        who);
  EXPECT_EQ(rev(dir()), rev(super()));
}

TEST_F(Clonerefs, MergeIdsAreTheSameEverywhere) {
  make_repo(super(), kThreePulls);
  ASSERT_THAT(clone({"-pull", pull(1), "-pull", pull(2)}), Succeeded());
  const auto first = rev(dir());
  std::filesystem::remove_all(dir());
  const auto config = tmp() / "home";
  std::filesystem::create_directories(config);
  git(config, {"config", "-f", ".gitconfig", "user.name", "Someone Else"});
  git(config, {"config", "-f", ".gitconfig", "merge.renames", "false"});
  auto again =
      command({"-repo", super(), "-base-ref", "master", "-dir", dir(), "-pull", pull(1), "-pull", pull(2)});
  again.env["HOME"] = config;
  again.env["TZ"] = "America/Lima";
  ASSERT_THAT(test::run(again), Succeeded());
  EXPECT_EQ(rev(dir()), first);
}

TEST_F(Clonerefs, PullThatIsMergedAlreadyMakesNoCommit) {
  make_repo(super(), std::string(kThreePulls) + "\ngit merge -q --no-ff -m merged refs/pull/1/head");
  const auto result = clone({"-pull", pull(1)});
  ASSERT_THAT(result, Succeeded());
  EXPECT_EQ(rev(dir()), rev(super(), "master"));
  EXPECT_THAT(result.out,
              HasSubstr("pull request 1 (" + rev(super(), "refs/pull/1/head") + ") is already merged\n"));
}

TEST_F(Clonerefs, OlderCommitOfAPullIsFound) {
  make_repo(super(), kThreePulls);
  const auto older = pull(1);
  test::shell(super(),
              "git checkout -q refs/pull/1/head; echo x > more; git add more; git commit -qm more; git "
              "update-ref refs/pull/1/head HEAD; git checkout -q master");
  ASSERT_THAT(clone({"-pull", older}), Succeeded());
  EXPECT_EQ(git(dir(), {"ls-files"}), "base\nfile1\nold");
}

TEST_F(Clonerefs, ConflictNamesFilesAndPullAndLeavesNothing) {
  make_repo(super(), R"(
    echo base > a; echo base > b; echo base > c; git add .; git commit -qm base
    for n in 1 2; do git checkout -q -b p$n master; echo $n | tee a > b; git commit -qam $n; git update-ref refs/pull/$n/head HEAD; done
    git checkout -q master)");
  const auto result = clone({"-pull", pull(1), "-pull", pull(2)});
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, AllOf(HasSubstr("error: pull request 2 (" + rev(super(), "p2") + ") conflicts"),
                                HasSubstr("\n  a\n  b\nnext: rebase"), Not(HasSubstr("\n  c\n"))));
  EXPECT_FALSE(std::filesystem::exists(dir().parent_path()));
}

TEST_F(Clonerefs, UnrelatedHistoryIsNotMerged) {
  make_repo(super(),
            "git commit -q --allow-empty -m a; git checkout -q --orphan other; git commit -q --allow-empty "
            "-m b; git update-ref refs/pull/4/head HEAD; git checkout -q master");
  const auto result = clone({"-pull", pull(4)});
  EXPECT_THAT(result, FailedWith(1));
  EXPECT_THAT(result.err, HasSubstr("no common history"));
}

}  // namespace
