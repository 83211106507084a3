#include "cli/phases.h"

#include <gmock/gmock.h>

#include <thread>

namespace harness {
namespace {

using testing::MatchesRegex;

TEST(PhasesTest, NothingWasDone) { EXPECT_EQ(Phases().summary(), ""); }

TEST(PhasesTest, AreInTheOrderOfTheirBeginnings) {
  Phases phases;
  {
    const Phases::Scope cluster(phases, "cluster");
    const Phases::Scope build(phases, "build");
  }
  { const Phases::Scope deploy(phases, "deploy"); }
  EXPECT_THAT(phases.summary(),
              MatchesRegex("cluster 0\\.0s, build 0\\.0s, deploy 0\\.0s; 0\\.[0-9]s in all"));
}

TEST(PhasesTest, ThePauseBetweenTwoStepsIsNobodys) {
  Phases phases;
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(200)); };
  { const Phases::Scope first(phases, "build"); }
  pause();
  { const Phases::Scope second(phases, "build"); }
  EXPECT_THAT(phases.summary(), MatchesRegex("build 0\\.0s; 0\\.[2-9]s in all"));
}

TEST(PhasesTest, StepsSideBySideCountOnce) {
  Phases phases;
  {
    const Phases::Scope outer(phases, "build");
    for (int i = 0; i < 4; ++i) {
      const Phases::Scope inner(phases, "build"), other(phases, "build");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  EXPECT_THAT(phases.summary(), MatchesRegex("build 0\\.[2-5]s; 0\\.[2-5]s in all"));
}

TEST(PhasesTest, ThreadsMayOverlap) {
  Phases phases;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        for (int n = 0; n < 100; ++n) const Phases::Scope scope(phases, "deploy");
      });
  }
  EXPECT_THAT(phases.summary(), MatchesRegex("deploy [0-9.]+s; [0-9.]+s in all"));
}

}  // namespace
}  // namespace harness
