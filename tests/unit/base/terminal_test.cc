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
  EXPECT_EQ(err, "build     make  one\nbuild     make  two, in parts\nbuild     make  [2Kthree\n");
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
