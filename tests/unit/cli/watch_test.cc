// cli/watch.cc with rounds that the test controls; standard input is no terminal.
#include "cli/watch.h"

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "image/repository.h"
#include "support/captured.h"
#include "support/files.h"
#include "support/processes.h"

namespace harness {
namespace {

using testing::HasSubstr;

class WatchTest : public testing::Test {
 protected:
  ~WatchTest() override { end(); }
  /// Rounds that last until `release`, or until they are cancelled.
  void start(bool wait_in_round = false) {
    thread_ = std::thread([this, wait_in_round] {
      const Round round = [this, wait_in_round](const Options&, std::stop_token stop) {
        ++begun_;
        if (in_round_) in_round_();
        while (wait_in_round && !stop.stop_requested() && !release_)
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
        cancelled_ += stop.stop_requested();
        ++ended_;
        return stop.stop_requested() ? kInterrupted : kTestsFailed;
      };
      printed_ = captured([&] {
        code_ = watch(
            project_.root(), {}, round, [] { return ProjectFiles(); }, stop_.get_token());
      });
    });
    ASSERT_TRUE(eventually([this] { return begun_ == 1; }));
  }
  void end() {
    stop_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  bool rounds(int count) {
    return eventually([&] { return ended_ >= count; });
  }
  /// Changes a file until a round more begins: as long as one still ends it may count as the round's own.
  bool edit(const std::string& path) {
    const int before = begun_;
    int count = 0;
    return eventually([&] {
             project_.write(path, std::to_string(++count));
             std::this_thread::sleep_for(std::chrono::milliseconds(150));  // longer than files are waited for
             return begun_ > before;
           }) &&
           rounds(before + 1);
  }

  TempProject project_;
  std::stop_source stop_;
  std::thread thread_;
  std::atomic<int> begun_ = 0, ended_ = 0, cancelled_ = 0, code_ = -1;
  std::atomic<bool> release_ = false;
  std::function<void()> in_round_;
  Captured printed_;
};

TEST_F(WatchTest, EachSaveIsARoundHoweverItIsSaved) {
  project_.write("src/a.cc", "1");
  git(project_.root(), "init -q && git add .");
  start();
  ASSERT_TRUE(rounds(1));
  project_.write("src/a.cc", "2");
  ASSERT_TRUE(rounds(2));
  project_.write(".git/new", "3");
  std::filesystem::rename(project_ / ".git/new", project_ / "src/a.cc");
  ASSERT_TRUE(rounds(3));
  std::filesystem::permissions(project_ / "src/a.cc", std::filesystem::perms::owner_all);
  ASSERT_TRUE(rounds(4));
  std::filesystem::remove(project_ / "src/a.cc");
  ASSERT_TRUE(rounds(5));
  end();
  EXPECT_EQ(code_, kInterrupted);
  EXPECT_THAT(printed_.err, HasSubstr("round 2: src/a.cc changed\n"));
}

TEST_F(WatchTest, FilesInNewFoldersCount) {
  start();
  ASSERT_TRUE(rounds(1));
  ASSERT_TRUE(edit("x/y/z"));
  ASSERT_TRUE(edit("x/y/z"));
}

TEST_F(WatchTest, AThousandFilesAtOnceAreOneRound) {
  start();
  ASSERT_TRUE(rounds(1));
  ASSERT_TRUE(edit("one"));
  for (int i = 0; i < 1000; ++i) project_.write("f" + std::to_string(i), "x");
  ASSERT_TRUE(rounds(3));
  std::this_thread::sleep_for(std::chrono::milliseconds(400));  // longer than files are waited for
  EXPECT_LE(ended_, 4) << "a pause of the machine may make two of it";
  end();
  EXPECT_THAT(printed_.err, HasSubstr(" more changed\n"));
}

TEST_F(WatchTest, AnEditCancelsTheRoundThatRuns) {
  project_.write("a", "0");
  git(project_.root(), "init -q && git add .");
  start(true);
  project_.write("a", "1");
  ASSERT_TRUE(eventually([this] { return begun_ == 2; }));
  EXPECT_EQ(cancelled_, 1);
  release_ = true;
  ASSERT_TRUE(rounds(2));
  EXPECT_EQ(cancelled_, 1);
}

TEST_F(WatchTest, WhatARoundWritesStartsNone) {
  project_.write("a", "0");
  git(project_.root(), "init -q && git add .");
  in_round_ = [this] {
    project_.write("x.xml", std::to_string(begun_));
    project_.write("reports/" + std::to_string(begun_), "1");
  };
  start();
  ASSERT_TRUE(rounds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(400));  // longer than files are waited for
  EXPECT_EQ(begun_, 1);
  project_.write("a", "1");
  ASSERT_TRUE(rounds(2));
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  EXPECT_EQ(begun_, 2);
}

TEST_F(WatchTest, WhatGitIgnoresIsNoChange) {
  project_.write(".gitignore", "out/\n*.o\n");
  project_.write("out/x", "");
  git(project_.root(), "init -q");
  start();
  ASSERT_TRUE(rounds(1));
  for (const char* name : {"out/x", "a.o", ".main.cc.swp"}) std::ofstream(project_ / name) << "1";
  ASSERT_TRUE(edit("seen"));
  end();
  EXPECT_THAT(printed_.err, HasSubstr("round 2: seen changed\n"));
}

TEST(IsNoiseTest, WhatToolsKeepBesideFiles) {
  for (const char* path : {".git", ".git/index", "a/.harness/x", "src/.main.cc.swp", "src/main.cc~", "4913",
                           ".#x", "a/#x#", "t/__pycache__/x.pyc"})
    EXPECT_TRUE(is_noise(path)) << path;
  for (const char* path : {"src/main.cc", ".gitignore", "a.git", "x.swp", "src/49131", ".github/workflows/x"})
    EXPECT_FALSE(is_noise(path)) << path;
}

}  // namespace
}  // namespace harness
