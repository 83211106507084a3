// How base/process.cc ends processes: timeouts, cancels, what is left in the group, background processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "base/error.h"
#include "base/process.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/processes.h"

namespace harness {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// A script in a folder of its own; `pids` is where it writes the processes that must be gone afterwards.
class ProcessStopTest : public testing::Test {
 protected:
  Command shell(const std::string& script) const {
    return {.args = {"sh", "-c", script}, .dir = dir_.root()};
  }
  void expect_gone(size_t count) const {
    for (const auto pid : pids_in(dir_ / "pids", count))
      EXPECT_TRUE(eventually([&] { return !is_running(pid); })) << pid;
  }
  /// Cancels as soon as the script has written `lines` pids.
  std::jthread cancel_after(size_t lines, std::stop_source& stop) const {
    return std::jthread([this, lines, stop]() mutable {
      pids_in(dir_ / "pids", lines);
      stop.request_stop();
    });
  }
  TempProject dir_;
};

const char* const kThreeProcesses =
    "sleep 61 & echo $! >> pids; (sleep 62 & echo $! >> pids; wait) & echo $$ >> pids; ";

TEST_F(ProcessStopTest, ATimeoutEndsTheWholeGroup) {
  auto command = shell(std::string(kThreeProcesses) + "wait");
  command.timeout = 500ms;
  const auto begin = Clock::now();
  const auto result = run(command);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.signal, SIGTERM);
  EXPECT_FALSE(result.ok());
  EXPECT_GE(Clock::now() - begin, 500ms);
  expect_gone(3);
}

TEST_F(ProcessStopTest, WhatIgnoresSigtermIsKilledAfterTheGrace) {
  auto command = shell("trap '' TERM; sleep 61 & echo $! >> pids; echo $$ >> pids; wait; wait");
  command.timeout = 300ms;
  command.grace = 200ms;
  const auto begin = Clock::now();
  const auto result = run(command);
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_GE(Clock::now() - begin, 500ms);
  expect_gone(2);
}

TEST_F(ProcessStopTest, ACancelIsSigtermFirst) {
  std::stop_source stop;
  auto command =
      shell("trap 'echo asked > asked; exit 0' TERM; echo $$ >> pids; while :; do sleep 0.01; done");
  command.grace = 60s;
  const auto canceller = cancel_after(1, stop);
  EXPECT_THROW(run(command, stop.get_token()), Cancelled);
  EXPECT_EQ(text_of(dir_ / "asked"), "asked\n");
  expect_gone(1);
}

TEST_F(ProcessStopTest, ACancelIsSigkillThen) {
  std::stop_source stop;
  auto command = shell("trap '' TERM; echo $$ >> pids; while :; do sleep 0.01; done");
  command.grace = 100ms;
  const auto canceller = cancel_after(1, stop);
  EXPECT_THROW(run(command, stop.get_token()), Cancelled);
  expect_gone(1);
}

TEST_F(ProcessStopTest, ACancelEndsTheWholeGroup) {
  std::stop_source stop;
  const auto canceller = cancel_after(3, stop);
  EXPECT_THROW(run(shell(std::string(kThreeProcesses) + "wait"), stop.get_token()), Cancelled);
  expect_gone(3);
}

TEST_F(ProcessStopTest, NothingStartsAfterACancel) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(run(shell("echo ran > ran"), stop.get_token()), Cancelled);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "ran"));
}

TEST_F(ProcessStopTest, WhatIsLeftInTheGroupIsKilled) {
  EXPECT_TRUE(run(shell("sleep 61 >/dev/null 2>&1 & echo $! >> pids")).ok());
  expect_gone(1);
}

TEST_F(ProcessStopTest, AGrandchildThatHoldsThePipeDoesNotDelay) {
  const auto begin = Clock::now();
  // setsid: out of reach for the end of the group, so the pipe stays open.
  const auto result = run(shell(
      "setsid sh -c 'echo $$ >> pids; exec sleep 61' & while [ ! -s pids ]; do sleep 0.01; done; echo done"));
  EXPECT_LT(Clock::now() - begin, 30s);
  EXPECT_EQ(result.out, "done\n");
  for (const auto pid : pids_in(dir_ / "pids", 1)) kill(pid, SIGKILL);
}

TEST_F(ProcessStopTest, AChildDiesWithThisProcess) {
  const pid_t parent = fork();
  if (parent == 0) {
    run(shell("echo $$ >> pids; exec sleep 61"));
    _exit(0);
  }
  const auto pids = pids_in(dir_ / "pids", 1);
  ASSERT_EQ(pids.size(), 1u);
  EXPECT_TRUE(is_running(pids[0]));
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  expect_gone(1);
}

TEST_F(ProcessStopTest, ABackgroundProcessEndsWithItsGroup) {
  auto command = shell(std::string(kThreeProcesses) + "echo out; echo err >&2; wait");
  command.output_file = dir_ / "log";
  {
    const BackgroundProcess process(command);
    pids_in(dir_ / "pids", 3);
    EXPECT_TRUE(process.running());
    EXPECT_TRUE(eventually([&] { return text_of(dir_ / "log") == "out\nerr\n"; })) << text_of(dir_ / "log");
  }
  expect_gone(3);
}

TEST_F(ProcessStopTest, ABackgroundProcessThatIgnoresSigtermIsKilled) {
  auto command = shell("trap '' TERM; echo $$ >> pids; while :; do sleep 0.01; done");
  command.output_file = dir_ / "log";
  const auto begin = Clock::now();
  {
    const BackgroundProcess process(command);
    pids_in(dir_ / "pids", 1);
  }
  EXPECT_GE(Clock::now() - begin, 1s);
  expect_gone(1);
}

TEST_F(ProcessStopTest, ABackgroundProcessMayEndByItself) {
  auto command = shell("sleep 61 & echo $! >> pids; exit 3");
  command.output_file = dir_ / "log";
  const auto before = open_fds();
  {
    const BackgroundProcess process(command);
    EXPECT_TRUE(eventually([&] { return !process.running(); }));
    expect_gone(1);
  }
  EXPECT_EQ(open_fds(), before);
}

TEST_F(ProcessStopTest, ABackgroundProcessThatCannotStartThrows) {
  const Command command{.args = {"no-such-program"}, .output_file = dir_ / "log"};
  EXPECT_STREQ(error_of([&] { BackgroundProcess process(command); }).what(),
               "no-such-program is not on PATH");
}

}  // namespace
}  // namespace harness
