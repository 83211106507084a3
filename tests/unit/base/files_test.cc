#include "base/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "support/files.h"
#include "support/processes.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

size_t files_in(const fs::path& dir) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(dir), fs::directory_iterator()));
}

template <class Work>
std::string message_of(Work&& work) {
  try {
    work();
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(FilesTest, ReadsEveryByte) {
  const TempProject dir;
  const std::string content("a\0\r\n\xff", 5);
  EXPECT_EQ(read_file(dir.write("file", content)), content);
}

TEST(FilesTest, ReadSaysWhichFileAndWhy) {
  const TempProject dir;
  EXPECT_EQ(message_of([&] { read_file(dir / "none"); }),
            (dir / "none").string() + ": No such file or directory");
  EXPECT_EQ(message_of([&] { read_file(dir.root()); }), dir.root().string() + ": Is a directory");
}

TEST(FilesTest, NothingIsMorePublicThanItsFolder) {
  const TempProject dir;
  for (const mode_t mode : {0700u, 0750u, 0755u}) {
    const auto folder = dir / std::to_string(mode);
    fs::create_directory(folder);
    fs::permissions(folder, fs::perms(mode));
    create_folders(folder / "deep/er");
    write_file_atomically(folder / "deep/er/file", "x");
    EXPECT_EQ(mode_of(folder / "deep/er"), mode);
    EXPECT_EQ(mode_of(folder / "deep/er/file"), mode & 0666u);
  }
}

TEST(FilesTest, WhatIsMadePrivateIsSoToTheLastFile) {
  const TempProject dir;
  const auto outside = dir.write("outside", "x", 0644);
  const auto file = dir.write("folder/a/b", "x", 0755);
  fs::create_symlink(outside, dir / "folder/link");
  make_private(dir / "folder");
  EXPECT_EQ(mode_of(dir / "folder/a"), 0700u);
  EXPECT_EQ(mode_of(file), 0700u);
  EXPECT_EQ(mode_of(outside), 0644u);
  create_private_folder(dir / "folder/c/d");
  EXPECT_EQ(mode_of(dir / "folder/c/d"), 0700u);
}

TEST(FilesTest, WriteReplacesContentAndMode) {
  const TempProject dir;
  write_file_atomically(dir / "file", "old and longer");
  EXPECT_EQ(mode_of(dir / "file"), 0600u) << "as private as the folder";
  write_file_atomically(dir / "file", "new", 0755);
  EXPECT_EQ(read_file(dir / "file"), "new");
  EXPECT_EQ(mode_of(dir / "file"), 0755u);
  EXPECT_EQ(files_in(dir.root()), 1u);
}

TEST(FilesTest, AReaderSeesTheOldOrTheNewWhole) {
  const TempProject dir;
  const std::string one(300'000, '1'), two(200'000, '2');
  write_file_atomically(dir / "file", one);
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int i = 0; i < 50; ++i) write_file_atomically(dir / "file", i % 2 ? one : two);
    done = true;
  });
  while (!done) {
    const auto seen = read_file(dir / "file");
    ASSERT_TRUE(seen == one || seen == two) << seen.size();
  }
}

TEST(FilesTest, WhatAKilledWriterLeftIsRemovedAndWhatIsBeingWrittenIsNot) {
  const TempProject dir;
  dir.write("made.json.new-Aa7zwV", "{");
  dir.write("notes.new-files", "of the user");
  const auto live = dir.write("live.json.new-Bb8yxW", "{");
  const int writer = open(live.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(writer, LOCK_EX), 0);
  remove_unfinished_files(dir.root());
  EXPECT_FALSE(fs::exists(dir / "made.json.new-Aa7zwV"));
  EXPECT_TRUE(fs::exists(dir / "notes.new-files"));
  EXPECT_TRUE(fs::exists(live));
  close(writer);
  remove_unfinished_files(dir / "none");
}

TEST(FilesTest, AWriterLosesNothingToWhoeverRemovesUnfinishedFiles) {
  const TempProject dir;
  std::jthread sweeper([&](std::stop_token stop) {
    while (!stop.stop_requested()) remove_unfinished_files(dir.root());
  });
  for (int i = 0; i < 2000; ++i) ASSERT_NO_THROW(write_file_atomically(dir / "file", std::to_string(i)));
  EXPECT_EQ(read_file(dir / "file"), "1999");
}

TEST(FilesTest, AFailedWriteLeavesNothing) {
  const TempProject dir;
  fs::create_directories(dir / "folder/inside");
  const auto before = open_fds();
  EXPECT_THAT(message_of([&] { write_file_atomically(dir / "folder", "x"); }),
              HasSubstr((dir / "folder").string()));
  EXPECT_EQ(files_in(dir.root()), 1u);
  EXPECT_EQ(open_fds(), before);
  EXPECT_THAT(message_of([&] { write_file_atomically(dir / "none/file", "x"); }), HasSubstr("No such file"));
}

TEST(FilesTest, AFullDiskLeavesTheOldFileAndNoDescriptor) {
  const TempProject dir;
  dir.write("file", "old");
  const auto before = open_fds();
  // A file size limit stands for the full disk.
  rlimit usual{};
  getrlimit(RLIMIT_FSIZE, &usual);
  const rlimit small{1000, usual.rlim_max};
  const auto old_handler = signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const auto message = message_of([&] { write_file_atomically(dir / "file", std::string(5000, 'x')); });
  setrlimit(RLIMIT_FSIZE, &usual);
  signal(SIGXFSZ, old_handler);
  EXPECT_EQ(message, (dir / "file").string() + ": File too large");
  EXPECT_EQ(read_file(dir / "file"), "old");
  EXPECT_EQ(files_in(dir.root()), 1u);
  EXPECT_EQ(open_fds(), before);
}

TEST(FilesTest, TempDirIsPrivateAndGoesWithAllInIt) {
  fs::path path;
  {
    const TempDir one, two;
    path = one.path();
    EXPECT_NE(one.path(), two.path());
    EXPECT_EQ(mode_of(path), 0700u);
    fs::create_directories(path / "deep/er");
    write_file_atomically(path / "deep/er/file", "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(FilesTest, ATempDirOfAGivenNameStartsEmpty) {
  const TempProject dir;
  dir.write("mine/left/by/another", "x");
  {
    const TempDir mine(dir / "mine");
    EXPECT_TRUE(fs::is_empty(mine.path()));
    EXPECT_EQ(mode_of(mine.path()), 0700u);
  }
  EXPECT_FALSE(fs::exists(dir / "mine"));
  EXPECT_THROW(TempDir(dir / "no/folder"), std::runtime_error);
}

TEST(FilesTest, ALockIsHeldOnce) {
  const TempProject dir;
  std::string holder;
  {
    const auto lock = FileLock::try_lock(dir / "lock", &holder);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(FileLock::try_lock(dir / "lock", &holder));
    EXPECT_THAT(holder, HasSubstr("process " + std::to_string(getpid())));
  }
  EXPECT_TRUE(FileLock::try_lock(dir / "lock", &holder));
}

TEST(FilesTest, AMovedLockIsReleasedOnce) {
  const TempProject dir;
  std::string holder;
  auto first = FileLock::try_lock(dir / "lock", &holder);
  ASSERT_TRUE(first);
  {
    const FileLock moved(std::move(*first));
    first.reset();
    EXPECT_FALSE(FileLock::try_lock(dir / "lock", &holder));
  }
  EXPECT_TRUE(FileLock::try_lock(dir / "lock", &holder));
}

TEST(FilesTest, ALockEndsWithItsProcess) {
  const TempProject dir;
  const pid_t child = fork();
  if (child == 0) {
    std::string ignored;
    const auto lock = FileLock::try_lock(dir / "lock", &ignored);
    write_file_atomically(dir / "ready", lock ? "locked" : "not locked");
    pause();
    _exit(0);
  }
  ASSERT_TRUE(eventually([&] { return text_of(dir / "ready") == "locked"; }));
  std::string holder;
  EXPECT_FALSE(FileLock::try_lock(dir / "lock", &holder));
  EXPECT_THAT(holder, HasSubstr("process " + std::to_string(child)));
  EXPECT_THAT(holder, HasSubstr("unit_tests"));  // the command line of the holder
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(FileLock::try_lock(dir / "lock", &holder));
}

/// As another user, which needs root.
TEST(FilesTest, WhatIsAnotherUsersIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const TempProject files;
  std::filesystem::create_directories(files / ".harness/default");
  std::filesystem::permissions(files.root(), std::filesystem::perms(0755));
  std::filesystem::permissions(files / ".harness", std::filesystem::perms(0755));
  const pid_t child = fork();
  if (child == 0) {
    if (setresuid(65534, 65534, 65534) != 0) _exit(9);
    try {
      std::string holder;
      FileLock::try_lock(files / ".harness/default/lock", &holder);
    } catch (const std::runtime_error& e) {
      const std::string said = e.what();
      const auto folder = (files / ".harness/default").string();
      _exit(said.find("Permission denied; " + folder + " belongs to root: sudo chown -R nobody " + folder) ==
                    std::string::npos
                ? 8
                : 0);
    }
    _exit(7);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace harness
