#include "base/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/text.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

Command shell(const std::string& script) { return {.args = {"sh", "-c", script}}; }

TEST(ProcessTest, AnExitCodeIsAValue) {
  EXPECT_TRUE(run(shell("exit 0")).ok());
  const auto result = run(shell("exit 7"));
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.signal, 0);
  EXPECT_FALSE(result.ok());
  EXPECT_FALSE(result.timed_out);
}

TEST(ProcessTest, ADeathBySignalIsNoExitCode) {
  const auto result = run(shell("kill -SEGV $$"));
  EXPECT_EQ(result.exit_code, -1);
  EXPECT_EQ(result.signal, SIGSEGV);
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(run(shell("exit 139")).signal, 0);  // what a shell makes of such a death is an exit code
}

TEST(ProcessTest, OutputAndErrorsAreKeptApart) {
  std::string seen;
  auto command = shell("echo out; echo err >&2; printf 'no newline'");
  command.on_output = [&](std::string_view text) { seen += text; };
  const auto result = run(command);
  EXPECT_EQ(result.out, "out\nno newline");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(seen.size(), result.out.size() + result.err.size());
}

TEST(ProcessTest, ArgumentsPassThroughNoShell) {
  EXPECT_EQ(run({.args = {"printf", "%s|", "$HOME", "a b", "", "*", "'"}}).out, "$HOME|a b||*|'|");
}

TEST(ProcessTest, AHundredMegabytesComeWhole) {
  size_t seen = 0;
  auto command = shell("head -c 100000000 /dev/zero; head -c 1000000 /dev/zero >&2");
  command.on_output = [&](std::string_view text) { seen += text.size(); };
  const auto result = run(command);
  EXPECT_EQ(result.out.size(), 100'000'000u);
  EXPECT_EQ(result.err.size(), 1'000'000u);
  EXPECT_EQ(seen, 101'000'000u);
}

// What is still in the pipe when the child ends comes after what was read before, each byte once.
TEST(ProcessTest, TheEndOfTheOutputIsInOrder) {
  std::string expected;
  for (int i = 1; i <= 12000; ++i) expected += std::to_string(i) + "\n";
  for (int i = 0; i < 60; ++i) {
    const auto result = run({.args = {"seq", "12000"}});
    ASSERT_TRUE(result.out == expected) << "run " << i << ": " << result.out.size() << " bytes";
  }
}

TEST(ProcessTest, InputIsGivenAndClosed) {
  const std::string input(3'000'000, 'x');
  const auto result = run({.args = {"sha256sum"}, .input = input});
  EXPECT_EQ(result.out.substr(0, 64), sha256_hex(input));
}

TEST(ProcessTest, WithoutInputStandardInputIsEmpty) { EXPECT_EQ(run({.args = {"wc", "-c"}}).out, "0\n"); }

TEST(ProcessTest, AChildThatDoesNotReadItsInputIsNoError) {
  const auto before = signal(SIGPIPE, SIG_IGN);  // as in the driver, see cli/interrupt.h
  EXPECT_TRUE(run({.args = {"true"}, .input = std::string(3'000'000, 'x')}).ok());
  signal(SIGPIPE, before);
}

TEST(ProcessTest, OutputGoesToAFile) {
  const TempProject dir;
  dir.write("log", "what was there before, longer than what comes");
  auto command = shell("echo out; echo err >&2");
  command.output_file = dir / "log";
  const auto result = run(command);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.out + result.err, "");
  EXPECT_EQ(read_file(dir / "log"), "out\nerr\n");
  command.output_file = dir / "none/log";
  EXPECT_THROW(run(command), std::system_error);
}

TEST(ProcessTest, TheEnvironmentIsThisOnesAndMore) {
  const ScopedVariable inherited("TEST_INHERITED", "here"), replaced("TEST_REPLACED", "old");
  auto command = shell("echo $TEST_INHERITED $TEST_REPLACED $TEST_ADDED; env | grep -c ^TEST_REPLACED=");
  command.env = {{"TEST_REPLACED", "new"}, {"TEST_ADDED", "more"}};
  EXPECT_EQ(run(command).out, "here new more\n1\n");
  EXPECT_STREQ(getenv("TEST_REPLACED"), "old");
}

TEST(ProcessTest, TheEnvironmentIsOnlyWhatIsGiven) {
  const ScopedVariable secret("TEST_SECRET", "value");
  EXPECT_EQ(run({.args = {"/usr/bin/env"}, .env = {{"A", "b"}}, .only_env = true}).out, "A=b\n");
}

TEST(ProcessTest, TheWorkingFolderIsTheChildsAlone) {
  const TempProject dir;
  dir.write("tool", "#!/bin/sh\npwd\n", 0755);
  const auto here = std::filesystem::current_path();
  EXPECT_EQ(run({.args = {"pwd"}, .dir = dir.root()}).out, dir.root().string() + "\n");
  EXPECT_EQ(run({.args = {"./tool"}, .dir = dir.root()}).out, dir.root().string() + "\n");
  EXPECT_EQ(std::filesystem::current_path(), here);
}

TEST(ProcessTest, AMissingProgramIsNamed) {
  const auto lost = error_of([] { run({.args = {"no-such-program", "an arg"}}); });
  EXPECT_STREQ(lost.what(), "no-such-program is not on PATH");
  EXPECT_EQ(lost.details.command, "no-such-program 'an arg'");
  EXPECT_EQ(lost.details.exit_code, kCluster);
  EXPECT_STREQ(error_of([] { run({.args = {"/no/such/program"}}); }).what(),
               "cannot start /no/such/program: No such file or directory");
}

TEST(ProcessTest, AMissingFolderIsNamed) {
  const auto error = error_of([] { run({.args = {"true"}, .dir = "/no/such/folder"}); });
  EXPECT_STREQ(error.what(), "cannot start true in /no/such/folder: No such file or directory");
}

TEST(ProcessTest, WhatIsNoProgramIsNamed) {
  const TempProject dir;
  const auto file = dir.write("text", "only text", 0644).string();
  EXPECT_EQ(error_of([&] { run({.args = {file}}); }).what(), "cannot start " + file + ": Permission denied");
}

// The child of a failed exec ends without this process's exit handlers, which would remove the folder, and is
// reaped.
TEST(ProcessTest, AFailedStartLeavesNothing) {
  static const TempProject dir;
  error_of([] { run({.args = {"/no/such/program"}}); });
  EXPECT_EQ(waitpid(-1, nullptr, 0), -1);
  EXPECT_TRUE(std::filesystem::exists(dir.root()));
}

TEST(ProcessTest, DescriptorsStayHere) {
  const TempProject dir;
  const int inheritable = open((dir / "open").c_str(), O_CREAT | O_RDWR, 0600);  // without O_CLOEXEC
  const auto before = open_fds();
  EXPECT_EQ(run(shell("ls /proc/self/fd")).out, "0\n1\n2\n3\n");  // 3: ls reads the folder
  run({.args = {"cat"}, .input = "text"});
  auto command = shell("exit 1");
  command.output_file = dir / "log";
  run(command);
  error_of([] { run({.args = {"/no/such/program"}}); });
  EXPECT_EQ(open_fds(), before);
  close(inheritable);
}

TEST(ProcessTest, TheChildStartsWithDefaultSignals) {
  const auto before = signal(SIGPIPE, SIG_IGN);
  sigset_t blocked, old;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &old);
  const auto masks = run({.args = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}}).out;
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  signal(SIGPIPE, before);
  EXPECT_THAT(masks, testing::HasSubstr("SigBlk:\t0000000000000000\n"));
  // The C library keeps 32 and 33 to itself: whether they are ignored is up to who started this test.
  const auto ignored = std::stoull(masks.substr(masks.rfind('\t') + 1), nullptr, 16);
  EXPECT_EQ(ignored & 0x7fffffff, 0u) << masks;
}

TEST(ProcessTest, CheckedGivesTheOutput) {
  EXPECT_EQ(run_checked(shell("echo out; echo err >&2"), "cannot", kBuild), "out\n");
}

TEST(ProcessTest, CheckedFailsWithCommandAndEndOfOutput) {
  const auto error =
      error_of([] { run_checked(shell("seq 100; echo why >&2; exit 3"), "cannot build", kBuild); });
  EXPECT_STREQ(error.what(), "cannot build: sh exited with 3");
  EXPECT_EQ(error.details.command, "sh -c 'seq 100; echo why >&2; exit 3'");
  EXPECT_EQ(error.details.exit_code, kBuild);
  const auto lines = split(error.details.output_tail, '\n');
  EXPECT_EQ(lines.size(), 20u);
  EXPECT_EQ(lines.front(), "82");
  EXPECT_EQ(lines.back(), "why");
}

TEST(ProcessTest, CheckedSaysHowItEnded) {
  EXPECT_STREQ(error_of([] { run_checked(shell("kill -KILL $$"), "cannot", kBuild); }).what(),
               "cannot: sh was killed by signal 9");
  auto slow = shell("sleep 60");
  slow.timeout = std::chrono::milliseconds(50);
  EXPECT_STREQ(error_of([&] { run_checked(slow, "cannot", kBuild); }).what(),
               "cannot: sh did not end in time");
}

TEST(ProcessTest, QuotedArgumentsSurviveAShell) {
  EXPECT_EQ(shell_quoted({"kind", "create", "--name=x", "a b"}), "kind create --name=x 'a b'");
  const std::vector<std::string> args{"printf", "%s|", "",          "it's", "$HOME",      "a\"b",
                                      "*",      "~",   "new\nline", "#",    "back\\slash"};
  EXPECT_EQ(run(shell(shell_quoted(args))).out, run({.args = args}).out);
}

}  // namespace
}  // namespace harness
