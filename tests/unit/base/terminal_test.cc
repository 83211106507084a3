// Where standard output and standard error are no terminal; terminal_live_test.cc has the rest.
#include "base/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "base/text.h"
#include "support/captured.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

TEST(TerminalTest, ResultsGoToStdoutAndProgressToStderr) {
  const auto [out, err] = captured([] {
    Terminal terminal({});
    terminal.line("a result\nof two lines");
    terminal.info("progress");
    terminal.error("error: it failed");
    terminal.verbose("detail");
  });
  EXPECT_EQ(out, "a result\nof two lines\n");
  EXPECT_EQ(err, "progress\nerror: it failed\n");
}

TEST(TerminalTest, DetailsAreShownOnlyWhenAskedFor) {
  const auto [out, err] = captured([] {
    Terminal terminal({.verbose = true});
    terminal.verbose("detail");
    auto task = terminal.start("image", "deck");
    task.note("pulling");
    task.note("pulling");  // the same again says nothing new
    task.note("pushing");
  });
  EXPECT_EQ(err, "detail\nimage     deck  pulling\nimage     deck  pushing\n");
}

TEST(TerminalTest, WhatAToolPrintsIsShownByLines) {
  const auto [out, err] = captured([] {
    Terminal terminal({.verbose = true});
    auto task = terminal.start("build", "make");
    task.output("one\n\ntwo, in");
    task.output(" parts\n\x1b[2Kthree\r\nunfinished");
  });
  EXPECT_EQ(err, "build     make  one\nbuild     make  two, in parts\nbuild     make  three\n");
}

// A carriage return, an escape sequence, a bell, a right-to-left override.
constexpr char kRewrites[] = "x\r\x1b[1A\x1b[2KPASS\a\u202e";
constexpr char kShown[] = R"(x\x0D\x1B[1A\x1B[2KPASS\x07\xE2\x80\xAE)";

TEST(TerminalTest, ANameCannotRewriteALine) {
  const std::string shown = kShown;
  const auto [out, err] = captured([] {
    Terminal terminal({.verbose = true});
    terminal.line(std::string("FAIL ") + kRewrites + ": no\n  log: x");
    terminal.info(kRewrites);
    terminal.error(std::string("error: ") + kRewrites);
    auto task = terminal.start("image", std::string(kRewrites) + "\ny");
    task.note(kRewrites);
    task.done(kRewrites);
  });
  EXPECT_EQ(out, "FAIL " + shown + ": no\n  log: x\n");
  const auto lines = split(err, '\n');
  ASSERT_EQ(lines.size(), 5u) << err;
  EXPECT_EQ(lines[0], shown);
  EXPECT_EQ(lines[1], "error: " + shown);
  EXPECT_EQ(lines[2], "image     " + shown + " y  " + shown);
  EXPECT_THAT(lines[3], AllOf(StartsWith("image     " + shown + " y  "), EndsWith("s  " + shown)));
}

TEST(TerminalTest, WhatATestPrintsStaysButForTheCursor) {
  const auto [out, err] = captured([] {
    Terminal terminal({});
    terminal.output("Test\r", "\x1b[31mred\x1b[0m \u202eabc\x1b[2K");
    terminal.output("Test", "10%\r50%");
    terminal.document("{\"name\": \"\u202e\"}");
  });
  EXPECT_EQ(out, "Test\\x0D | red \u202eabc\nTest | 10%\nTest | 50%\n{\"name\": \"\u202e\"}\n");
}

TEST(TerminalTest, ATaskIsOneLineAtItsEnd) {
  const auto [out, err] = captured([] {
    Terminal terminal({});
    auto done = terminal.start("deploy", "deck");
    done.note("waiting");
    done.done("ready");
    done.done("ready");
    auto plain = terminal.start("build", "cmake");
    plain.done();
    auto silent = terminal.start("test", "TestDeck");
    auto moved = std::move(silent);
  });
  EXPECT_EQ(out, "");
  EXPECT_THAT(err, MatchesRegex("deploy    deck  0\\.[0-9]s  ready\nbuild     cmake  0\\.[0-9]s\n"));
}

TEST(TerminalTest, LinesOfManyThreadsAreWholeAndPlain) {
  const auto [out, err] = captured([] {
    Terminal terminal({});
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&terminal, t] {
        for (int i = 0; i < 200; ++i) {
          const auto name = "thread" + std::to_string(t) + "-" + std::to_string(i) + "-" +
                            std::string(300, static_cast<char>('a' + t));
          auto task = terminal.start("test", name);
          terminal.line("result " + name);
          task.done();
        }
      });
  });
  EXPECT_EQ((out + err).find_first_of("\x1b\r\b"), std::string::npos);
  const auto results = split(trim(out), '\n'), progress = split(trim(err), '\n');
  EXPECT_EQ(std::set<std::string>(results.begin(), results.end()).size(), 1600u);
  EXPECT_EQ(results.size(), 1600u);
  EXPECT_EQ(progress.size(), 1600u);
  for (const auto& line : results)
    ASSERT_THAT(line, MatchesRegex("result thread[0-9]+-[0-9]+-(a+|b+|c+|d+|e+|f+|g+|h+)"));
  for (const auto& line : progress)
    ASSERT_THAT(line, MatchesRegex("test      thread[0-9]+-[0-9]+-(a+|b+|c+|d+|e+|f+|g+|h+)  [0-9.]+s"));
}

TEST(TerminalTest, ALongTaskSaysHowFarItIs) {
  const auto [out, err] = captured([] {
    Terminal terminal({.sign_of_life = std::chrono::milliseconds(1000)});
    auto task = terminal.start("image", "deck");
    task.output("[2/9] w.cc\n[3/9] x");
    task.output(".cc\n[4/9");
    std::this_thread::sleep_for(std::chrono::milliseconds(1400));  // nothing here can be waited for
    task.done();
  });
  EXPECT_THAT(
      err,
      MatchesRegex("image     deck  1\\.[0-9]s \\.\\.\\.  \\[3/9\\] x\\.cc\nimage     deck  1\\.[0-9]s\n"));
}

}  // namespace
}  // namespace harness
