// 500 flows made at random, run with real processes, against the rules as they are written in
// docs/testruns.md. TESTRUN_SEED=N runs one of them.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <random>

#include "testrun/running.h"

namespace harness::testrun {
namespace {

constexpr int kFlows = 500, kShards = 10;
constexpr auto kShortDeadline = std::chrono::milliseconds(20);

/// What a step is, and how it will end.
struct Scripted {
  std::string name;
  std::vector<size_t> after = {};
  int rank = 0;  ///< 0 parallel, 1 serial, 2 disruptive
  Phase end = Phase::succeeded;
  bool continues = false;
  Condition condition = Condition::always;
};

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  /// `tame`: how many steps of ten end well.
  std::vector<Scripted> flow(const std::string& prefix, int most, int tame) {
    std::vector<Scripted> steps;
    const int count = number(prefix == "t" ? 1 : 0, most), dense = number(1, 3);
    for (int i = 0; i < count; ++i) {
      Scripted step{.name = prefix + std::to_string(i)};
      for (size_t before = 0; before < steps.size(); ++before)
        if (number(0, 9) < dense) step.after.push_back(before);
      const int kind = number(0, 9);
      step.rank = kind < 6 ? 0 : kind < 8 ? 1 : 2;
      if (number(0, 9) >= tame) step.end = number(0, 2) ? Phase::failed : Phase::timeout;
      step.continues = number(0, 2) == 0;
      step.condition = static_cast<Condition>(number(0, 2));
      steps.push_back(step);
    }
    return steps;
  }
  int number(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }

 private:
  std::mt19937 random_;
};

std::string yaml(const std::string& key, const std::vector<Scripted>& steps) {
  if (steps.empty()) return "";
  std::string text = "\n" + key + ":";
  for (const auto& step : steps) {
    const char* end = step.end == Phase::succeeded ? "good" : step.end == Phase::failed ? "bad" : "slow";
    const char* condition = step.condition == Condition::always    ? "always"
                            : step.condition == Condition::success ? "success"
                                                                   : "error";
    text += "\n- {name: " + step.name + ", dependsOn: [";
    for (const auto before : step.after) text += steps[before].name + ",";
    text += std::string("], definition: {name: ") + end + std::to_string(step.rank) +
            ", continueOnError: " + (step.continues ? "true" : "false") + ", condition: " + condition + "}}";
  }
  return text;
}

/// The rules.
class Model {
 public:
  Model(const std::vector<Scripted>& steps, const std::vector<NodeState>& states, int jobs)
      : steps_(steps), states_(states), jobs_(jobs) {}

  Phase check_testflow() const {
    check_common();
    std::optional<Time> stopped;
    Phase worst = Phase::succeeded;
    bool any = false;
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (!failed(i)) continue;
      any = true;
      if (goes_on(i)) continue;
      stopped = std::min(stopped.value_or(*states_[i].end), *states_[i].end);
      if (worst != Phase::failed) worst = phase(i);
    }
    for (size_t i = 0; i < steps_.size(); ++i) {
      if (!states_[i].begin) {
        EXPECT_TRUE(stopped) << name(i) << " was skipped though nothing had failed";
      } else if (stopped) {
        EXPECT_LT(*states_[i].begin, *stopped) << name(i) << " began after a failure";
      }
    }
    return worst == Phase::timeout ? Phase::timeout : any ? Phase::failed : Phase::succeeded;
  }

  /// Whether something failed.
  bool check_on_exit(Phase testflow) const {
    check_common();
    for (size_t i = 0; i < steps_.size(); ++i) {
      const bool wanted = steps_[i].condition == Condition::always ||
                          (steps_[i].condition == Condition::success) == (testflow == Phase::succeeded);
      const bool blocked = std::any_of(steps_.begin(), steps_.end(), [&](const auto& other) {
        const auto index = static_cast<size_t>(&other - steps_.data());
        return failed(index) && !goes_on(index) && depends(i, index);
      });
      EXPECT_EQ(states_[i].begin.has_value(), wanted && !blocked) << name(i);
    }
    for (size_t i = 0; i < steps_.size(); ++i)
      if (failed(i)) return true;
    return false;
  }

 private:
  using Time = std::chrono::system_clock::time_point;
  const std::string& name(size_t i) const { return steps_[i].name; }
  Phase phase(size_t i) const { return states_[i].outcome.phase; }
  bool failed(size_t i) const { return phase(i) == Phase::failed || phase(i) == Phase::timeout; }
  bool goes_on(size_t i) const { return steps_[i].continues && steps_[i].rank < 2; }
  bool depends(size_t i, size_t on) const {
    return std::any_of(steps_[i].after.begin(), steps_[i].after.end(),
                       [&](size_t one) { return one == on || depends(one, on); });
  }
  bool siblings(size_t a, size_t b) const {
    const auto& of_a = steps_[a].after;
    const auto& of_b = steps_[b].after;
    if (of_a.empty() || of_b.empty()) return of_a.empty() && of_b.empty();
    return std::any_of(of_a.begin(), of_a.end(),
                       [&](size_t one) { return std::find(of_b.begin(), of_b.end(), one) != of_b.end(); });
  }
  bool tree() const {
    return std::all_of(steps_.begin(), steps_.end(), [](const auto& step) { return step.after.size() < 2; });
  }

  void check_common() const {
    ASSERT_EQ(states_.size(), steps_.size());
    for (size_t i = 0; i < steps_.size(); ++i) {
      EXPECT_STREQ(word(phase(i)), word(states_[i].begin ? steps_[i].end : Phase::skipped))
          << name(i) << ": " << states_[i].outcome.reason;
      if (!states_[i].begin) continue;
      int at_once = 0;
      for (size_t other = 0; other < steps_.size(); ++other) {
        if (!states_[other].begin) continue;
        at_once += *states_[other].begin <= *states_[i].begin && *states_[i].begin < *states_[other].end;
        if (other != i && siblings(i, other)) check_siblings(i, other);
      }
      EXPECT_LE(at_once, jobs_) << name(i);
      for (const auto before : steps_[i].after) {
        if (!states_[before].begin) continue;  // of onExit: its condition did not hold, or see there
        EXPECT_LE(*states_[before].end, *states_[i].begin) << name(i) << " did not wait for " << name(before);
        EXPECT_TRUE(!failed(before) || goes_on(before))
            << name(i) << " began though " << name(before) << " failed";
      }
    }
  }

  /// Both ran.
  void check_siblings(size_t a, size_t b) const {
    if (steps_[a].rank == 0 && steps_[b].rank == 0) return;
    const bool a_first = *states_[a].end <= *states_[b].begin, b_first = *states_[b].end <= *states_[a].begin;
    EXPECT_TRUE(a_first || b_first) << name(a) << " and " << name(b) << " ran at once";
    if (tree() && steps_[a].rank < steps_[b].rank) {
      EXPECT_TRUE(a_first) << name(b) << " ran before " << name(a);
    }
  }

  const std::vector<Scripted>& steps_;
  const std::vector<NodeState>& states_;
  const int jobs_;
};

class FlowModelTest : public testing::TestWithParam<int>, protected Running {
 protected:
  FlowModelTest() {
    for (const auto& [rank, behavior] :
         {std::pair(0, ""), {1, "behavior: serial"}, {2, "behavior: disruptive"}}) {
      define("good" + std::to_string(rank), behavior);
      define("bad" + std::to_string(rank), behavior, "exit 1");
      define("slow" + std::to_string(rank), behavior, "exec sleep 600");
    }
  }

  void check(unsigned seed) {
    SCOPED_TRACE("TESTRUN_SEED=" + std::to_string(seed));
    Maker make(seed);
    const int tame = make.number(5, 10);
    const auto steps = make.flow("t", 9, tame), exit_steps = make.flow("x", 4, tame);
    jobs_ = make.number(1, 5);
    auto& loaded = load(yaml("testflow", steps) + yaml("onExit", exit_steps));
    for (auto* flow : {&loaded.plan.testflow, &loaded.plan.on_exit})
      for (auto& node : flow->nodes)
        if (node.definition().name.starts_with("slow")) node.deadline = kShortDeadline;
    const auto state = run_loaded(loaded).state;
    const auto testflow = Model(steps, state.testflow, jobs_).check_testflow();
    const bool exit_failed = Model(exit_steps, state.on_exit, jobs_).check_on_exit(testflow);
    EXPECT_EQ(word(state.phase),
              word(testflow == Phase::succeeded && exit_failed ? Phase::failed : testflow));
    std::filesystem::remove_all(files_ / "runs");
  }
};

TEST_P(FlowModelTest, TheRulesHold) {
  if (const char* seed = std::getenv("TESTRUN_SEED")) return check(static_cast<unsigned>(std::atoi(seed)));
  for (int i = GetParam(); i < kFlows && !HasFailure(); i += kShards) check(static_cast<unsigned>(i));
}

INSTANTIATE_TEST_SUITE_P(Shards, FlowModelTest, testing::Range(0, kShards));

}  // namespace
}  // namespace harness::testrun
