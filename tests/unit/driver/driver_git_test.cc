// The driver where git calls it, in a hook or an alias, and wherever the environment names somebody's
// repository: nothing of that is touched.
#include <gmock/gmock.h>

#include <filesystem>
#include <map>

#include "base/process.h"
#include "base/text.h"
#include "driver/driver.h"
#include "support/processes.h"
#include "unit_tests_paths.h"

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

/// Every file below `root` with mode and content; of a link where it leads. What the harness keeps in its
/// project does not count.
std::map<std::string, std::string> tree_of(const fs::path& root) {
  std::map<std::string, std::string> all;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator();
       ++entry) {
    const auto& path = entry->path();
    if (path.filename() == ".harness") {
      entry.disable_recursion_pending();
      continue;
    }
    const auto mode = std::to_string(static_cast<unsigned>(entry->symlink_status().permissions()));
    all[path.lexically_relative(root)] = entry->is_symlink() ? "link to " + fs::read_symlink(path).string()
                                         : entry->is_directory() ? mode
                                                                 : mode + " " + harness::read_file(path);
  }
  return all;
}

std::vector<std::string> differences(const std::map<std::string, std::string>& before,
                                     const std::map<std::string, std::string>& after) {
  std::vector<std::string> lines;
  for (const auto& [path, what] : before)
    if (!after.contains(path))
      lines.push_back("gone: " + path);
    else if (after.at(path) != what)
      lines.push_back("changed: " + path);
  for (const auto& [path, what] : after)
    if (!before.contains(path)) lines.push_back("new: " + path);
  return lines;
}

/// A repository of somebody's with several branches, a tag, something staged and something changed, and a
/// linked worktree of it, which is the project. Its Testrun has a git location; the step's program, like many
/// tests, makes a repository and commits to it.
class DriverGitTest : public DriverTest {
 protected:
  DriverGitTest() {
    env_.insert({{"GIT_AUTHOR_NAME", "a"},
                 {"GIT_AUTHOR_EMAIL", "a@b"},
                 {"GIT_COMMITTER_NAME", "a"},
                 {"GIT_COMMITTER_EMAIL", "a@b"},
                 {"GIT_CONFIG_NOSYSTEM", "1"},
                 {"HARNESS", DRIVER_PROGRAM}});
    fs::create_directories(mine_);
    fs::create_directories(origin_ / ".test-defs");
    scratch_.write(
        "origin/.test-defs/step.yaml",
        "kind: TestDefinition\nmetadata: {name: step}\nspec: {owner: a@b.c, command: [sh, -ec, "
        "\"env | grep ^GIT_ | grep -v "
        "_NAME= | grep -v _EMAIL= | grep -v NOSYSTEM || true; git init -q $TMPDIR/r; cd $TMPDIR/r; touch "
        "f; git add f; git commit -qm "
        "of-the-step; git branch -D main || true; git rev-parse HEAD\"]}\n");
    sh(origin_, "git init -qb other; git add -A; git commit -qm first; git branch more; git tag v1");
    sh(mine_,
       "git init -qb main; echo 1 >f; mkdir sub; echo 1 >sub/g; git add -A; git commit -qm first; git branch "
       "topic; git branch release; git tag v0; "
       "echo 2 >f; git commit -qam second; git init -q --bare ../server.git; git remote add origin "
       "$(realpath ../server.git)");
    fs::remove_all(project_.root());
    sh(mine_, "git worktree add -q -b work " + project_.root().string());
    project_.write(".gitignore", ".harness\n");
    write_project(
        "tests: [{name: TestOne, command: \"git init -q $TMPDIR/r && cd $TMPDIR/r && touch f && git add f && "
        "git commit -qm of-the-test\"}]\n");
    project_.write("t.yaml",
                   "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nspec: {testLocations: "
                   "[{type: git, repo: " +
                       origin_.string() +
                       ", revision: other}], testflow: [{name: a, definition: {name: step}}]}\n");
    sh(project_.root(),
       "git add -A; git commit -qm project; echo staged >staged; git add staged; echo '# changed' "
       ">>components.yaml");
  }

  std::string sh(const fs::path& dir, const std::string& script) const {
    const auto end = harness::run({.args = {"sh", "-ec", script}, .dir = dir, .env = env_, .only_env = true});
    EXPECT_TRUE(end.ok()) << script << "\n" << end.out << end.err;
    return harness::trim(end.out);
  }

  /// A program for a hook or alias: runs the Testrun, with what the user's folders were before and after it.
  std::string between_snapshots() const {
    const auto copy = [&](const std::string& name) {
      return "mkdir -p " + (scratch_ / name).string() + "; cp -a " + mine_.string() + " " +
             (scratch_ / name / "mine").string() + "; cp -a " + project_.root().string() + " " +
             (scratch_ / name / "project").string() + "\n";
    };
    return "#!/bin/sh\nset -e\nenv | grep ^GIT_ >" + (scratch_ / "exported").string() + " || true\n" +
           copy("before") + "\"$HARNESS\" testrun " + (project_ / "t.yaml").string() +
           " -config=" + (project_ / "components.yaml").string() + " >" + (scratch_ / "said").string() +
           " 2>&1 </dev/null\n" + copy("after");
  }
  void expect_untouched(const std::string& exported) const {
    EXPECT_THAT(text_of(scratch_ / "exported"), HasSubstr(exported))
        << "git exports it, or the test shows nothing";
    EXPECT_THAT(text_of(scratch_ / "said"), HasSubstr("1 Succeeded")) << text_of(scratch_ / "said");
    ASSERT_TRUE(fs::exists(scratch_ / "after")) << text_of(scratch_ / "said");
    EXPECT_THAT(differences(tree_of(scratch_ / "before"), tree_of(scratch_ / "after")), IsEmpty());
  }

  const fs::path mine_ = scratch_ / "mine", origin_ = scratch_ / "origin";
};

TEST_F(DriverGitTest, AHookOfALinkedWorktree) {
  fs::create_directories(mine_ / ".git/hooks");
  scratch_.write("mine/.git/hooks/pre-push", between_snapshots(), 0755);
  sh(project_.root(), "git push -q origin work");
  expect_untouched("GIT_DIR=");
}

TEST_F(DriverGitTest, AHookOfACommit) {
  fs::create_directories(mine_ / ".git/hooks");
  scratch_.write("mine/.git/hooks/pre-commit", between_snapshots(), 0755);
  sh(project_.root(), "git commit -qm staged");
  expect_untouched("GIT_INDEX_FILE=");
}

TEST_F(DriverGitTest, AHookOfACommitOfSomeFiles) {  // git then has another index
  fs::create_directories(mine_ / ".git/hooks");
  scratch_.write("mine/.git/hooks/pre-commit", between_snapshots(), 0755);
  sh(project_.root(), "git commit -qm some components.yaml");
  expect_untouched("GIT_INDEX_FILE=");
}

TEST_F(DriverGitTest, AProgramOfARebase) {
  const auto program = scratch_.write("program", between_snapshots(), 0755);
  sh(project_.root(), "git stash -q; git rebase -q --force-rebase -x " + program.string() + " HEAD~1");
  expect_untouched("");
}

TEST_F(DriverGitTest, AnAlias) {
  const auto program = scratch_.write("program", between_snapshots(), 0755);
  sh(project_.root(), "git --git-dir=" + (mine_ / ".git").string() + " --work-tree=" + mine_.string() +
                          " -c alias.check='!" + program.string() + "' check");
  expect_untouched("GIT_DIR=");
}

TEST_F(DriverGitTest, AHookOfAServer) {
  fs::create_directories(scratch_ / "server.git/hooks");
  scratch_.write("server.git/hooks/pre-receive", between_snapshots(), 0755);
  sh(project_.root(), "git push -q origin work");
  expect_untouched("GIT_QUARANTINE_PATH=");
}

TEST_F(DriverGitTest, EachVariable) {
  const auto git = (mine_ / ".git").string();
  const std::map<std::string, std::map<std::string, std::string>> settings{
      {"GIT_DIR", {{"GIT_DIR", git}}},
      {"with a work tree", {{"GIT_DIR", git}, {"GIT_WORK_TREE", mine_.string()}, {"GIT_PREFIX", "sub/"}}},
      {"GIT_WORK_TREE", {{"GIT_WORK_TREE", mine_.string()}}},
      {"GIT_INDEX_FILE", {{"GIT_INDEX_FILE", git + "/index"}}},
      {"GIT_COMMON_DIR", {{"GIT_COMMON_DIR", git}}},
      {"objects",
       {{"GIT_OBJECT_DIRECTORY", git + "/objects"},
        {"GIT_ALTERNATE_OBJECT_DIRECTORIES", git + "/objects"},
        {"GIT_QUARANTINE_PATH", git + "/objects"}}},
      {"GIT_CONFIG", {{"GIT_CONFIG", git + "/config"}}},
      {"GIT_CONFIG_PARAMETERS",
       {{"GIT_CONFIG_PARAMETERS",
         "'core.worktree'='" + mine_.string() + "' 'core.hookspath'='" + git + "/hooks'"}}},
      {"GIT_CONFIG_COUNT",
       {{"GIT_CONFIG_COUNT", "1"},
        {"GIT_CONFIG_KEY_0", "core.worktree"},
        {"GIT_CONFIG_VALUE_0", mine_.string()}}},
      {"a broken count", {{"GIT_CONFIG_COUNT", "x"}}},
      {"views",
       {{"GIT_NAMESPACE", "n"},
        {"GIT_REPLACE_REF_BASE", "refs/heads/"},
        {"GIT_NO_REPLACE_OBJECTS", "1"},
        {"GIT_GRAFT_FILE", git + "/info/grafts"},
        {"GIT_SHALLOW_FILE", git + "/shallow"}}},
      {"relative", {{"GIT_DIR", ".git"}}},
      {"the rest", {{"GIT_IMPLICIT_WORK_TREE", "0"}, {"GIT_INTERNAL_SUPER_PREFIX", "x/"}}},
  };
  write_instance();
  const auto before_mine = tree_of(mine_), before_project = tree_of(project_.root());
  for (const auto& [name, variables] : settings) {
    const auto kept = env_;
    env_.insert(variables.begin(), variables.end());
    const auto testrun = run({"testrun", "t.yaml"});
    EXPECT_EQ(testrun.code, 0) << name << "\n" << testrun.out << testrun.err;
    const auto test = run({"-no-setup", "-run=TestOne"});
    EXPECT_EQ(test.code, 0) << name << "\n" << test.out << test.err;
    env_ = kept;
    EXPECT_THAT(differences(before_mine, tree_of(mine_)), IsEmpty()) << name;
    EXPECT_THAT(differences(before_project, tree_of(project_.root())), IsEmpty()) << name;
    fs::remove_all(project_ / ".harness/locations");
  }
}

/// What a git that was killed leaves: a folder in which git finds no repository, and goes on looking above
/// it, where the user's is.
TEST_F(DriverGitTest, ACopyThatIsHalfMadeDoesNotLeadToTheUsersRepository) {
  EXPECT_EQ(run({"testrun", "t.yaml"}).code, 0);
  const auto before = tree_of(mine_);
  for (const auto* gone : {"HEAD", "objects", "refs", "config", ""}) {
    std::vector<fs::path> copies;
    for (const auto& entry : fs::directory_iterator(project_ / ".harness/locations"))
      if (entry.is_directory()) copies.push_back(entry.path());
    ASSERT_FALSE(copies.empty());
    for (const auto& copy : copies)
      if (*gone)
        fs::remove_all(copy / gone);
      else
        for (const auto& entry : std::vector<fs::directory_entry>(fs::directory_iterator(copy), {}))
          fs::remove_all(entry.path());
    const auto end = run({"testrun", "t.yaml"});
    EXPECT_EQ(end.code, 0) << gone << "\n" << end.out << end.err;
    EXPECT_THAT(differences(before, tree_of(mine_)), IsEmpty()) << gone;
  }
}

}  // namespace
