// When image/worktree.cc takes git's word for what a file holds.
#include "image/worktree.h"

#include <gtest/gtest.h>

#include <fstream>

#include "image/repository.h"

namespace harness {
namespace {

namespace fs = std::filesystem;

class WorktreeTest : public testing::Test {
 protected:
  WorktreeTest() {
    git(project_.root(), "init -q");
    make_old(project_.write("dir/a", "content"));
    git(project_.root(), "add . && git commit -qm x");
  }
  std::string known(const std::string& path = "dir/a") const {
    struct stat status;
    EXPECT_EQ(lstat((project_ / path).c_str(), &status), 0);
    return Worktree::of(project_.root(), Worktree::Search::here)->known_id(path, status);
  }
  const std::string id_ = "6b584e8ece562ebffc15d38808cd6b98fc3d97ea";  // git hash-object of "content"
  TempProject project_;
};

TEST_F(WorktreeTest, KnowsWhatDidNotChange) {
  EXPECT_EQ(known(), id_);
  const auto worktree = Worktree::of(project_ / "dir", Worktree::Search::upwards);
  ASSERT_TRUE(worktree);
  EXPECT_EQ(worktree->root(), fs::canonical(project_.root()).string() + "/");
  EXPECT_TRUE(worktree->tracks("dir/a"));
  EXPECT_TRUE(worktree->tracks("dir"));
  EXPECT_FALSE(worktree->tracks("di"));
  EXPECT_FALSE(Worktree::of(project_ / "dir", Worktree::Search::here));
}

TEST_F(WorktreeTest, ALookIsNeededAfterAnyChange) {
  fs::last_write_time(project_ / "dir/a", fs::file_time_type::clock::now() - std::chrono::hours(2));
  EXPECT_EQ(known(), "") << "time";
  git(project_.root(), "update-index -q --refresh");
  EXPECT_EQ(known(), id_) << "git has looked";
  const auto time = fs::last_write_time(project_ / "dir/a");
  std::ofstream(project_ / "dir/a") << "CONTENT";  // in the same inode
  fs::last_write_time(project_ / "dir/a", time);
  EXPECT_EQ(known(), "") << "the same time and size, but another ctime";
  make_old(project_.write("new", "content"));
  EXPECT_EQ(known("new"), "") << "git does not know it";
  git(project_.root(), "add -N new");
  EXPECT_EQ(known("new"), "") << "git will know it";
}

TEST_F(WorktreeTest, ALookIsNeededWhereTheIndexIsNoNewer) {
  fs::last_write_time(project_ / ".git/index", fs::last_write_time(project_ / "dir/a"));
  EXPECT_EQ(known(), "");
}

TEST_F(WorktreeTest, NobodyElsesFilesAreNeeded) {
  git(project_.root(), "config extensions.partialClone origin && git config core.repositoryFormatVersion 1");
  EXPECT_EQ(known(), id_) << "a partial clone";
  git(project_.root(), "update-index --assume-unchanged dir/a");
  project_.write("dir/a", "changed");
  EXPECT_EQ(known(), "") << "told to look away";
}

TEST_F(WorktreeTest, AConflict) {
  git(project_.root(),
      "checkout -qb other && echo 1 > dir/a && git commit -qam 1 && git checkout -q main && echo 2 > dir/a "
      "&& git commit -qam 2");
  git(project_.root(), "merge -q other >/dev/null 2>&1 || true");
  EXPECT_EQ(known(), "");
}

TEST_F(WorktreeTest, BareRepositoriesHoldNoFiles) {
  git(project_.root(), "init -q --bare bare.git");
  EXPECT_FALSE(Worktree::of(project_ / "bare.git", Worktree::Search::upwards));
}

}  // namespace
}  // namespace harness
