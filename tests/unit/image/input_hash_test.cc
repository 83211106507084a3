// What counts for image/input_hash.cc and what does not, within git repositories and outside.
#include "image/input_hash.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include "image/repository.h"
#include "support/errors.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string hash(const TempProject& project, const std::vector<std::string>& paths = {"src"}) {
  return hash_files(project.root(), inputs_of(paths));
}

void write_sources(const TempProject& project) {
  project.write("src/a", "1");
  project.write("src/lib/b", "2", 0755);
  fs::create_symlink("a", project / "src/link");
}

class InputHashTest : public testing::TestWithParam<bool> {
 protected:
  InputHashTest() {
    write_sources(project_);
    if (GetParam()) git(project_.root(), "init -q && git add . && git commit -qm x");
    seen_.insert(hash(project_));
  }
  void expect_new(const char* what) { EXPECT_TRUE(seen_.insert(hash(project_)).second) << what; }

  TempProject project_;
  std::set<std::string> seen_;
};

TEST_P(InputHashTest, SeesEveryChangeThatCounts) {
  project_.write("src/a", "2");
  expect_new("contents of the same size");
  fs::permissions(project_ / "src/a", fs::perms::owner_all);
  expect_new("mode");
  fs::rename(project_ / "src/a", project_ / "src/c");
  expect_new("name");
  fs::rename(project_ / "src/lib", project_ / "src/lob");
  expect_new("name of a folder");
  fs::remove(project_ / "src/link");
  expect_new("a link that is gone");
  fs::create_symlink("b", project_ / "src/link");
  expect_new("where a link leads");
  fs::remove(project_ / "src/link");
  project_.write("src/link", "b");
  expect_new("a file where a link was");
  project_.write("src/new", "");
  expect_new("an empty file");
  fs::remove_all(project_ / "src/lob");
  expect_new("a folder that is gone");
}

TEST_P(InputHashTest, TimesOwnersPlacesAndGitDoNotCount) {
  const auto before = hash(project_);
  fs::last_write_time(project_ / "src/a", fs::file_time_type::clock::now() - std::chrono::hours(5));
  fs::permissions(project_ / "src/a", fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_all);
  if (geteuid() == 0) {
    EXPECT_EQ(chown((project_ / "src/a").c_str(), 12345, 12345), 0);
  }
  project_.write("src/.git/index", "no repository");
  fs::create_directory(project_ / "src/empty");
  project_.write("other", "not an input");
  EXPECT_EQ(hash(project_), before);
  const TempProject elsewhere;
  write_sources(elsewhere);
  EXPECT_EQ(hash(elsewhere), before) << "another folder, without git";
  EXPECT_EQ(hash(project_, {"src/", "./src", "src/a", "src/lib"}), before) << "written in another way";
  EXPECT_EQ(hash(project_, {"src/lib", "src"}), before);
}

TEST_P(InputHashTest, TheWholeProjectIsAnInput) {
  const auto before = hash(project_, {"."});
  EXPECT_EQ(hash(project_, {"src"}), before) << "there is nothing else in it";
  project_.write(".harness/default/lock", "process 1");
  EXPECT_EQ(hash(project_, {"."}), before);
  project_.write("new", "");
  EXPECT_NE(hash(project_, {"."}), before);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithout, InputHashTest, testing::Bool(),
                         [](const auto& run) { return run.param ? "Git" : "NoGit"; });

class GitInputHashTest : public testing::Test {
 protected:
  GitInputHashTest() { git(project_.root(), "init -q"); }
  void commit() const { git(project_.root(), "add . && git commit -qm x"); }
  TempProject project_;
};

TEST_F(GitInputHashTest, WhetherItIsCommittedDoesNotCount) {
  write_sources(project_);
  const auto untracked = hash(project_);
  git(project_.root(), "add .");
  EXPECT_EQ(hash(project_), untracked) << "added";
  commit();
  EXPECT_EQ(hash(project_), untracked) << "committed";
  project_.write("src/a", "changed");
  const auto dirty = hash(project_);
  EXPECT_NE(dirty, untracked);
  commit();
  EXPECT_EQ(hash(project_), dirty);
  const TempProject clone;
  git(clone.root(), "clone -q '" + project_.root().string() + "' x");
  EXPECT_EQ(hash_files(clone / "x", inputs_of({"src"})), dirty) << "a clone";
  git(project_.root(), "rm -q --cached -r src");
  EXPECT_EQ(hash(project_), dirty) << "known to git no longer";
}

TEST_F(GitInputHashTest, AFileThatIsNotInTheFolderDoesNotCount) {
  write_sources(project_);
  const auto before = hash(project_);
  project_.write("src/gone", "x");
  commit();
  fs::remove(project_ / "src/gone");
  EXPECT_EQ(hash(project_), before);
}

TEST_F(GitInputHashTest, AChangeWithinTheSameTickIsSeen) {
  for (int i = 0; i < 50; ++i) {
    project_.write("src/a", fmt::format("a{:3}", i));
    git(project_.root(), "add .");
    const auto added = hash(project_);
    project_.write("src/a", fmt::format("b{:3}", i));  // the same size, perhaps the same time
    ASSERT_NE(hash(project_), added);
  }
}

TEST_F(GitInputHashTest, WhatIsIgnoredCountsOnlyWhereItIsListed) {
  write_sources(project_);
  project_.write(".gitignore", "*.o\n/gen/\nbuilt\n!src/keep.o\n");
  const auto before = hash(project_);
  project_.write("src/a.o", "1");
  project_.write("src/lib/built/x", "1");
  EXPECT_EQ(hash(project_), before);
  EXPECT_NE(hash(project_, {"src", "src/a.o"}), before) << "a file that is listed";
  project_.write("src/keep.o", "1");
  EXPECT_NE(hash(project_), before) << "an exception";
  project_.write("gen/x.o", "1");
  const auto listed = hash(project_, {"gen"});
  project_.write("gen/x.o", "2");
  EXPECT_NE(hash(project_, {"gen"}), listed) << "all of a folder that is listed and ignored";
  const auto within = hash(project_, {"src/lib/built"});
  project_.write("src/lib/built/x", "2");
  EXPECT_NE(hash(project_, {"src/lib/built"}), within);
}

TEST_F(GitInputHashTest, WhatGitKnowsCountsThoughItIsIgnored) {
  project_.write("src/gen/a", "1");
  commit();
  project_.write(".gitignore", "gen/\n");
  const auto before = hash(project_);
  project_.write("src/gen/b", "ignored");
  EXPECT_EQ(hash(project_), before);
  project_.write("src/gen/a", "2");
  EXPECT_NE(hash(project_), before);
}

/// A build context, by both of docker's builders.
class ContextHashTest : public GitInputHashTest, public testing::WithParamInterface<bool> {
 protected:
  std::string of(const std::string& context = "src") const {
    const auto file = project_ / (context + "/.dockerignore");
    auto rules = std::make_shared<ContextRules>(
        ContextRules{.buildkit = GetParam(), .never = fs::canonical(project_.root()) / ".harness"});
    if (fs::exists(file)) rules->ignore = Dockerignore(read_file(file), ".dockerignore");
    return hash_files(project_.root(), {{context, Input::Counts::as_docker_sends, rules}});
  }
  void expect_new(const char* what) { EXPECT_TRUE(seen_.insert(of()).second) << what; }
  void expect_same(const char* what) { EXPECT_FALSE(seen_.insert(of()).second) << what; }
  std::set<std::string> seen_;
};
INSTANTIATE_TEST_SUITE_P(Builders, ContextHashTest, testing::Bool(),
                         [](const auto& builder) { return builder.param ? "BuildKit" : "Classic"; });

TEST_P(ContextHashTest, WhatDockerSendsCounts) {
  project_.write(".gitignore", "*.o\n");
  project_.write("src/a.o", "1");
  expect_new("the first");
  project_.write("src/a.o", "2");
  expect_new("ignored by git");
  fs::create_directory(project_ / "src/empty");
  expect_new("an empty folder");
  project_.write("src/.git/x", "");
  expect_new(".git");
  project_.write("src/.git/objects/ab/cd", "1");
  expect_new("an object, which need not be read");
  project_.write("src/.git/objects/info/alternates", "1");
  expect_new("what says where others are");
  project_.write("src/.git/objects/info/alternates", "2");
  expect_new("and its contents");
  fs::permissions(project_ / "src/a.o", fs::perms(0600));
  expect_new("any bit of a mode");
  fs::permissions(project_ / "src/empty", fs::perms(0700));
  expect_new("a folder's mode");
  fs::create_symlink("nowhere", project_ / "src/link");
  expect_new("a link");
  fs::last_write_time(project_ / "src/a.o", fs::file_time_type::clock::now() - std::chrono::hours(2));
  expect_same("a time");
}

TEST_P(ContextHashTest, WhatDockerLeavesOutDoesNot) {
  project_.write("src/.dockerignore", "out\n**/*.log\n.git\n!out/keep\n");
  project_.write("src/main", "1");
  expect_new("the first");
  project_.write("src/out/x", "");
  project_.write("src/a/b.log", "");
  fs::remove_all(project_ / "src/a");
  project_.write("src/.git/index", "1");
  expect_same("what is left out");
  project_.write("src/out/keep/x", "");
  expect_new("an exception");
  project_.write("src/out/y", "");
  expect_same("what lies beside it");
  project_.write("src/.dockerignore", "out\n**/*.log\n.git\n!out/keep\nnone\n");
  expect_new("the file itself, which is sent");
  project_.write("src/.dockerignore", "out\n**/*.log\n.git\n!out/keep\n.dockerignore\n");
  expect_new("or is not");
  project_.write("src/.dockerignore", "out\n**/*.log\n.git\n!out/keep\n.dockerignore\nnone\n");
  expect_same("and then its text does not count");
}

TEST_P(ContextHashTest, AFolderThatIsLeftOutButForSomeOfIt) {
  project_.write("src/.dockerignore", "out\n!out/keep\n");
  project_.write("src/out/x", "1");
  expect_new("the first");
  fs::permissions(project_ / "src/out", fs::perms(0700));
  expect_same("a folder of which nothing is sent");
  project_.write("src/out/keep", "");
  expect_new("an exception");
  fs::permissions(project_ / "src/out", fs::perms(0750));
  EXPECT_EQ(seen_.insert(of()).second, GetParam()) << "BuildKit sends it then";
}

TEST_P(ContextHashTest, ARepositoryThatNobodyCanRead) {
  git(project_.root(), "config core.repositoryFormatVersion 1 && git config extensions.unheardOf true");
  project_.write("src/sub/.git", "gitdir: nowhere\n");
  project_.write("src/sub/a", "1");
  expect_new("the first");
  project_.write("src/sub/a", "2");
  expect_new("each file is read");
}

TEST_P(ContextHashTest, TheHarnessesOwnFilesNeverDo) {
  project_.write(".harness/default/lock", "1");
  project_.write("src/.harness/x", "1");
  const auto before = of(".");
  project_.write(".harness/default/lock", "2");
  EXPECT_EQ(of("."), before);
  project_.write("src/.harness/x", "2");
  EXPECT_NE(of("."), before) << "another folder of that name";
}

TEST_F(GitInputHashTest, WhatIsMadeIsWhatGitIgnores) {
  write_sources(project_);
  project_.write(".gitignore", "built*\n");
  commit();
  const auto of = [](const TempProject& project, const std::string& path) {
    return hash_files(project.root(), {{path, Input::Counts::unless_made}});
  };
  const auto nothing = hash_files(project_.root(), {});
  EXPECT_EQ(of(project_, "none"), nothing);
  project_.write("built", "x");
  EXPECT_EQ(of(project_, "built"), nothing);
  fs::create_symlink("built", project_ / "link");
  EXPECT_EQ(of(project_, "link"), nothing);
  EXPECT_NE(of(project_, "src/a"), nothing);
  const TempProject alone;
  for (const TempProject* project : {&alone, static_cast<const TempProject*>(&project_)}) {
    project->write("new", "1");
    const auto before = of(*project, "new");
    EXPECT_NE(before, nothing) << "nobody has told git of it yet";
    project->write("new", "2");
    EXPECT_NE(of(*project, "new"), before);
  }
}

TEST_F(GitInputHashTest, AProjectInAFolderOfTheRepository) {
  project_.write("project/src/a", "1");
  project_.write(".gitignore", "*.o\n");
  commit();
  const auto of = [&](const std::vector<std::string>& paths) {
    return hash_files(project_ / "project", inputs_of(paths));
  };
  const auto before = of({"src"});
  project_.write("project/src/a.o", "");
  EXPECT_EQ(of({"src"}), before);
  const TempProject alone;
  alone.write("src/a", "1");
  EXPECT_EQ(hash(alone), before);
  project_.write("shared/x", "1");
  const auto shared = of({"src", "../shared"});
  project_.write("shared/x", "2");
  EXPECT_NE(of({"src", "../shared"}), shared) << "beside the project";
}

TEST_F(GitInputHashTest, RepositoriesWithinItCountAsFiles) {
  const TempProject plain;
  for (const TempProject* project : {&plain, static_cast<const TempProject*>(&project_)}) {
    project->write("src/a", "1");
    project->write("src/nested/.gitignore", "*.o\n");
    project->write("src/nested/b", "2");
  }
  const auto files = hash(plain);
  git(project_ / "src/nested", "init -q && git add . && git commit -qm x");
  EXPECT_EQ(hash(project_), files) << "unknown to the outer one";
  commit();  // as a gitlink
  EXPECT_EQ(hash(project_), files) << "known as a submodule";
  project_.write("src/nested/c.o", "ignored there");
  EXPECT_EQ(hash(project_), files);
  project_.write("src/nested/b", "3");
  EXPECT_NE(hash(project_), files);
}

TEST_F(GitInputHashTest, LineEndsThatGitConverts) {
  project_.write(".gitattributes", "* text=auto\n");
  project_.write("src/a", "1\r\n");
  project_.write("src/b", "1\n");
  const auto before = hash(project_);
  git(project_.root(), "add . 2>/dev/null && git commit -qm x");
  make_old(project_ / "src/a");
  git(project_.root(), "status >/dev/null 2>&1");
  EXPECT_EQ(hash(project_), before) << "the builder sees the file, not what git stores of it";
  project_.write("src/a", "1\n");
  EXPECT_NE(hash(project_), before);
}

TEST_F(GitInputHashTest, AnotherWorktree) {
  write_sources(project_);
  commit();
  const TempProject other;
  git(project_.root(), "worktree add -q '" + (other / "x").string() + "'");
  EXPECT_EQ(hash_files(other / "x", inputs_of({"src"})), hash(project_));
}

TEST(InputLinksTest, ALinkThatIsAnInputIsFollowed) {
  const TempProject project;
  project.write("real/a", "1");
  project.write("file", "1");
  fs::create_directory_symlink("real", project / "folder");
  fs::create_symlink("file", project / "to-file");
  fs::create_symlink("nowhere", project / "broken");
  const std::vector<std::string> inputs{"folder", "to-file", "broken"};
  std::set<std::string> seen{hash(project, inputs)};
  project.write("real/a", "2");
  EXPECT_TRUE(seen.insert(hash(project, inputs)).second);
  project.write("file", "2");
  EXPECT_TRUE(seen.insert(hash(project, inputs)).second);
  fs::remove(project / "broken");
  fs::create_symlink("nowhere else", project / "broken");
  EXPECT_TRUE(seen.insert(hash(project, inputs)).second);
}

TEST(InputProblemsTest, AreNamed) {
  const TempProject project;
  const auto missing = error_of([&] { hash(project, {"no/such"}); });
  EXPECT_STREQ(missing.what(), "input no/such: No such file or directory");
  EXPECT_EQ(missing.details.exit_code, kBuild);
  ASSERT_EQ(mkfifo((project / "pipe").c_str(), 0600), 0);
  EXPECT_STREQ(error_of([&] { hash(project, {"pipe"}); }).what(),
               "input pipe is neither a file nor a folder");
  EXPECT_NO_THROW(hash(project, {"."})) << "git does not see it either";
  EXPECT_THAT(error_of([&] { hash(project, {"/proc/self/mem"}); }).what(),
              HasSubstr("/mem: Input/output error"))
      << "it opens, but cannot be read";
  if (geteuid() != 0) {
    project.write("secret", "", 0);
    EXPECT_THAT(error_of([&] { hash(project, {"secret"}); }).what(), HasSubstr("secret: Permission denied"));
  }
  git(project.root(), "init -q");
  project.write(".git/index", "DIRCgarbage");
  EXPECT_THAT(error_of([&] { hash(project, {"."}); }).what(),
              HasSubstr("git's files of " + fs::canonical(project.root()).string()));
}

TEST(InputStopTest, Cancels) {
  const TempProject project;
  write_sources(project);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(hash_files(project.root(), inputs_of({"src"}), stop.get_token()), Cancelled);
}

}  // namespace
}  // namespace harness
