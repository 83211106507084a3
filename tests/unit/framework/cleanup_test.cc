// framework/cleanup.h and framework/step.h: what happens when a test ends, however it ends.
#include "framework/cleanup.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "framework/step.h"
#include "framework/temp_dir.h"
#include "this_program.h"

using test::defer_cleanup;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

namespace {

void say(const std::string& text) { std::cout << "<" << text << ">" << std::endl; }

/// What `say` said, in order.
std::string said(const test::Result& result) {
  std::istringstream lines(result.out);
  std::string all;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("<")) all += line;
  return all;
}

/// Run by the tests below alone, in processes of their own.
class Ending : public testing::Test {
 protected:
  Ending() {
    defer_cleanup([] { say("first"); });
    defer_cleanup([] { say("second"); });
  }
  ~Ending() override { say("fixture"); }
  void TearDown() override { say("tear down"); }
};
TEST_F(Ending, DISABLED_Well) { say("body"); }
TEST_F(Ending, DISABLED_WellAgain) { say("body"); }
TEST_F(Ending, DISABLED_Fatally) { FAIL() << "fatal"; }
TEST_F(Ending, DISABLED_ByAnException) { throw std::runtime_error("thrown"); }
TEST_F(Ending, DISABLED_WithCleanupsThatFail) {
  defer_cleanup([] { throw std::runtime_error("no such server"); });
  defer_cleanup([] { defer_cleanup([] { say("deferred late"); }); });
  defer_cleanup([] { throw 1; });
}
TEST(EndingSteps, DISABLED_Two) {
  test::step("one");
  test::step("the \"other\"");
}

TEST(CleanupTest, TheLastIsFirstAndAllBeforeTheNextTest) {
  const auto result = run_disabled("Ending.DISABLED_Well*");
  EXPECT_EQ(said(result),
            "<body><tear down><fixture><second><first><body><tear down><fixture><second><first>");
  EXPECT_TRUE(result.ok()) << result;
}

TEST(CleanupTest, AlsoAfterAFailure) {
  for (const char* name : {"Fatally", "ByAnException"}) {
    const auto result = run_disabled(std::string("Ending.DISABLED_") + name);
    EXPECT_EQ(said(result), "<tear down><fixture><second><first>") << name;
    EXPECT_EQ(result.exit_code, 1) << result;
  }
}

TEST(CleanupTest, OneThatThrowsFailsTheTestAndTheOthersRun) {
  const auto result = run_disabled("Ending.DISABLED_WithCleanupsThatFail");
  EXPECT_EQ(said(result), "<tear down><fixture><deferred late><second><first>");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, HasSubstr("a cleanup failed: no such server"));
  EXPECT_THAT(result.out, HasSubstr("a cleanup threw what is no std::exception"));
}

TEST(StepTest, EachSaysHowLongItTook) {
  const test::TempDir dir;
  const auto result = run_disabled("EndingSteps.DISABLED_Two", {{"HARNESS_ARTIFACTS", dir.path().string()}});
  EXPECT_THAT(
      result.out,
      ContainsRegex("step: one \\(after [0-9.]+s\\)\nstep: one took 0\\.0s\nstep: the \"other\" \\(after "
                    "[0-9.]+s\\)\nstep: the \"other\" took 0\\.0s\n\\[       OK"));
  std::ifstream file(dir.path() / "steps.jsonl");
  std::vector<std::string> names;
  for (std::string line; std::getline(file, line);) {
    const auto step = nlohmann::json::parse(line);
    names.push_back(step.at("step"));
    EXPECT_GT(step.at("begin").get<double>(), 1.7e9);
    EXPECT_LT(step.at("seconds").get<double>(), 60);
  }
  EXPECT_THAT(names, testing::ElementsAre("one", "the \"other\""));
}

}  // namespace
