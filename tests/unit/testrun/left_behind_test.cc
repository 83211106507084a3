// What a run leaves whose process was killed: processes, folders, what is temporary.
#include "testrun/left_behind.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>

#include "base/process.h"
#include "support/environment.h"
#include "support/files.h"
#include "support/processes.h"
#include "testrun/scratch.h"

namespace harness::testrun {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class LeftBehindTest : public testing::Test {
 protected:
  /// Leaves a process in a group and a session of its own.
  pid_t leave(const std::string& run_id, const std::string& command) const {
    const auto file = files_ / (run_id + ".pid");
    run_checked({.args = {"sh", "-c",
                          "setsid sh -c 'echo $$ > $FILE; " + command +
                              "' & until [ -s $FILE ]; do sleep 0.01; done"},
                 .env = {{"TM_TESTRUN_ID", run_id}, {"FILE", file.string()}}},
                "leaving a process", kTestsFailed);
    return pids_in(file, 1).front();
  }
  std::vector<std::string> names(const fs::path& folder) const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder)) all.push_back(entry.path().filename());
    std::sort(all.begin(), all.end());
    return all;
  }

  TempProject files_;
  /// Another run of these tests may leave processes, too.
  const std::string id_ = "left-" + std::to_string(getpid());
};

TEST_F(LeftBehindTest, ProcessesOfTheRunAndOfNoOther) {
  const auto mine = leave(id_, "exec sleep 600"), other = leave(id_ + "2", "exec sleep 600");
  EXPECT_EQ(end_processes_of(id_), 1u);
  EXPECT_FALSE(is_running(mine));
  EXPECT_TRUE(is_running(other));
  EXPECT_EQ(end_processes_of(id_ + "2"), 1u);
  EXPECT_EQ(end_processes_of(id_), 0u);
}

TEST_F(LeftBehindTest, AProcessThatDoesNotHearIsKilled) {
  const auto deaf =
      leave(id_, "trap \"\" TERM; touch " + (files_ / "deaf").string() + "; sleep 600; sleep 600");
  ASSERT_TRUE(eventually([&] { return fs::exists(files_ / "deaf"); }));
  end_processes_of(id_, std::chrono::milliseconds(100));
  EXPECT_FALSE(is_running(deaf));
}

TEST_F(LeftBehindTest, KubeconfigsAndFilesButNotWhatIsKept) {
  for (const char* file : {"begin/kubeconfig/a", "testflow/a/kubeconfig/a", "testflow/a/log.txt",
                           "testflow/a/export/kubeconfig/a", "testflow/tests/b/files/a",
                           "testflow/tests/b/log.txt", "onExit/c/shared/a", "onExit/c/log.txt"})
    files_.write(file, "");
  remove_folders_of(files_.root(), {"a", "tests/b", "onExit/c", "never-began"});
  EXPECT_THAT(names(files_.root()), ElementsAre("onExit", "testflow"));
  EXPECT_THAT(names(files_ / "testflow/a"), ElementsAre("export", "log.txt"));
  EXPECT_TRUE(fs::exists(files_ / "testflow/a/export/kubeconfig/a"));
  EXPECT_THAT(names(files_ / "testflow/tests/b"), ElementsAre("log.txt"));
  EXPECT_THAT(names(files_ / "onExit/c"), ElementsAre("log.txt"));
}

TEST_F(LeftBehindTest, WhatIsTemporaryGoesWithItsProcessOrByTheNext) {
  fs::create_directory(files_ / "tmp");
  const auto tmp = (files_ / "tmp").string();
  const ScopedVariable variable("TMPDIR", tmp);
  const auto runs = files_ / "runs";
  {
    const Scratch scratch(runs);
    const fs::path own = fs::temp_directory_path();
    EXPECT_EQ(own.parent_path(), tmp);
    EXPECT_EQ(fs::status(own).permissions(), fs::perms(0711)) << "an untrusted step has a folder in it";
    // The same as one whose process was killed: nobody holds the lock.
    auto left = own.string();
    left.back() = left.back() == 'x' ? 'y' : 'x';
    fs::copy(own, left);
    const ScopedVariable outside("TMPDIR", tmp);
    Scratch::remove_left(files_ / "others");
    EXPECT_TRUE(fs::exists(left));
    Scratch::remove_left(runs);
    EXPECT_THAT(names(tmp), ElementsAre(own.filename().string()));
  }
  EXPECT_EQ(fs::temp_directory_path(), tmp);
  EXPECT_THAT(names(tmp), IsEmpty());
}

}  // namespace
}  // namespace harness::testrun
