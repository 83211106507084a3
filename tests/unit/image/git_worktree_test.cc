// Repositories that libgit2 cannot read, and the same answers by both ways of reading.
#include "image/git_worktree.h"

#include <gmock/gmock.h>

#include <random>

#include "image/input_hash.h"
#include "image/repository.h"
#include "support/environment.h"
#include "support/errors.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class GitWorktreeTest : public testing::Test {
 protected:
  explicit GitWorktreeTest(const std::string& init = "init -q") {
    git(root(), init);
    fill(files_.root());
    git(root(), "add . && git commit -qm x");
  }
  static void write(const fs::path& file, const std::string& content) {
    fs::create_directories(file.parent_path());
    write_file_atomically(file, content);
  }
  static void fill(const fs::path& folder) {
    write(folder / ".gitignore", "*.o\nbuild/\n");
    write(folder / "src/a", "1");
    write(folder / "src/b/c", "2");
    write(folder / "src/a.o", "ignored");
    write(folder / "build/out", "ignored");
  }
  const fs::path& root() const { return files_.root(); }
  std::string hash() const { return hash_files(root(), inputs_of({"."})); }
  /// What no repository at all would give, without what is ignored.
  std::string expected() const {
    const TempProject plain;
    fill(plain.root());
    fs::remove_all(plain / "build");
    fs::remove(plain / "src/a.o");
    return hash_files(plain.root(), inputs_of({"."}));
  }
  /// That ignored files do not count and others do, however the repository is made.
  void expect_right(const char* what) {
    EXPECT_EQ(hash(), expected()) << what;
    write(root() / "src/a", "changed");
    EXPECT_NE(hash(), expected()) << what;
    write(root() / "src/a", "1");
    write(root() / "src/new.o", "ignored");
    EXPECT_EQ(hash(), expected()) << what;
    fs::remove(root() / "src/new.o");
  }

  TempProject files_;
};

TEST_F(GitWorktreeTest, RepositoriesThatLibgit2CannotRead) {
  expect_right("an ordinary one");
  git(root(), "update-index --split-index");
  expect_right("a split index");
  git(root(), "update-index --no-split-index");
  git(root(),
      "config extensions.worktreeConfig true && git config core.repositoryFormatVersion 1 && git config "
      "--worktree core.excludesFile " +
          (root() / "build/excludes").string());
  write(root() / "build/excludes", "*.tmp\n");
  write(root() / "src/x.tmp", "1");
  expect_right("settings of one worktree");
  fs::remove(root() / "src/x.tmp");
  git(root(), "config extensions.objectFormat sha1");
  expect_right("an extension that says what is so");
}

TEST_F(GitWorktreeTest, AnIndexWithoutItsHash) {
  auto index = read_file(root() / ".git/index");
  std::fill(index.end() - 20, index.end(), '\0');
  write(root() / ".git/index", index);
  expect_right("index.skipHash");
}

TEST_F(GitWorktreeTest, SparseCheckouts) {
  git(root(), "sparse-checkout set --cone --sparse-index src/b");
  fs::remove_all(root() / "src/b");
  git(root(), "checkout -q -- . || true");
  const auto before = hash();
  write(root() / "src/b/new.o", "ignored");
  EXPECT_EQ(hash(), before);
  write(root() / "src/b/new", "1");
  EXPECT_NE(hash(), before);
}

TEST_F(GitWorktreeTest, LinkedWorktreesWithRelativePaths) {
  git(root(), "worktree add -q build/linked");
  const auto linked = root() / "build/linked";
  write(linked / ".git", "gitdir: ../../.git/worktrees/linked\n");
  write(root() / ".git/worktrees/linked/gitdir", "../../../build/linked/.git\n");
  git(root(), "config core.repositoryFormatVersion 1 && git config extensions.relativeWorktrees true");
  write(linked / "src/a.o", "ignored");
  EXPECT_EQ(hash_files(linked, inputs_of({"."})), expected());
  write(linked / "src/new", "1");
  EXPECT_NE(hash_files(linked, inputs_of({"."})), expected());
}

TEST_F(GitWorktreeTest, ABareRepositoryWithWorktrees) {
  git(root(), "clone -q --bare . build/bare.git");
  git(root() / "build/bare.git", "worktree add -q ../tree");
  git(root() / "build/bare.git",
      "config core.repositoryFormatVersion 1 && git config extensions.worktreeConfig true");
  const auto tree = root() / "build/tree";
  write(tree / "src/a.o", "ignored");
  EXPECT_EQ(hash_files(tree, inputs_of({"."})), expected());
}

TEST_F(GitWorktreeTest, WhatGitCannotReadEitherIsAnError) {
  git(root(), "config core.repositoryFormatVersion 1 && git config extensions.refStorage other");
  const auto error = error_of([&] { hash(); });
  EXPECT_THAT(error.what(), HasSubstr("git's files of " + root().string() + " cannot be read: "));
  EXPECT_THAT(error.details.output_tail, HasSubstr("refstorage"));
  EXPECT_EQ(error.details.exit_code, kBuild);
  const ScopedVariable path("PATH", "/nowhere");
  EXPECT_THAT(error_of([&] { hash(); }).what(), HasSubstr("cannot be read"));
}

TEST_F(GitWorktreeTest, SettingsThatTheEnvironmentNames) {
  write(root() / "build/config", "[core]\nexcludesFile = " + (root() / "build/excludes").string() + "\n");
  write(root() / "build/excludes", "*.tmp\n");
  write(root() / "src/x.tmp", "1");
  EXPECT_NE(hash(), expected());
  const ScopedVariable config("GIT_CONFIG_GLOBAL", (root() / "build/config").string());
  EXPECT_EQ(hash(), expected());
}

class Sha256Test : public GitWorktreeTest {
 protected:
  Sha256Test() : GitWorktreeTest("init -q --object-format=sha256") {}
};

TEST_F(Sha256Test, Counts) { expect_right("SHA-256"); }

/// Random trees, rules and states of the index: both ways of reading have the same files.
TEST(GitWorktreeRandomTest, BothWaysAgree) {
  std::mt19937 random(7);
  const auto one_of = [&](const std::vector<std::string>& list) { return list[random() % list.size()]; };
  const std::vector<std::string> names{"a",  "b",  "build", "x.o", "y.txt", "a b",
                                       ":c", "*d", "é",     "#e",  "!f",    "src"};
  const std::vector<std::string> rules{
      "*.o", "build/", "/a",   "a/",   "!x.o", "b/*", "!b/y.txt", "**/a",   "src/**/b", "\\#e", "\\!f", "y.*",
      "a b", ":c",     "\\*d", "[ab]", "*",    "!*/", "é",        "/src/*", "!/src/a",  "x.o ", "a/**", "**"};
  for (int round = 0; round < 60; ++round) {
    const TempProject files;
    git(files.root(), "init -q");
    for (int i = 0; i < 14; ++i) {
      std::string path = one_of(names);
      for (auto depth = random() % 3; depth > 0; --depth) path = one_of(names) + "/" + path;
      std::error_code taken;
      fs::create_directories((files / path).parent_path(), taken);
      if (!taken && !fs::exists(files / path)) files.write(path, std::to_string(random() % 3));
      if (i == 5) git(files.root(), "add -f . && git commit -qm x");
    }
    for (const std::string folder : {"", "a/", "src/"}) {
      if (!fs::is_directory(files / folder)) continue;
      std::string text;
      for (auto count = random() % 4; count > 0; --count) text += one_of(rules) + "\n";
      files.write(folder + ".gitignore", text);
    }
    if (random() % 2) files.write(".git/info/exclude", one_of(rules) + "\n");
    const auto by_library = hash_files(files.root(), inputs_of({"."}));
    const ScopedVariable by_git("GIT_CONFIG_NOSYSTEM", "1");
    EXPECT_EQ(hash_files(files.root(), inputs_of({"."})), by_library)
        << git(files.root(),
               "status --short --ignored; find . -name .gitignore -exec head -50 {} +; git ls-files; find . "
               "-path ./.git -prune -o -type f -print; cat .git/info/exclude");
  }
}

}  // namespace
}  // namespace harness
