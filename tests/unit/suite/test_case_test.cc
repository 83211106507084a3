#include "suite/list.h"
#include "suite/selector.h"

#include <gmock/gmock.h>

#include "support/errors.h"

using namespace harness;
using testing::HasSubstr;

namespace {

const TestProgram kProgram{.path = "tests", .name = "tests"};

TestCase test(const std::string& suite, const std::string& name) { return {&kProgram, suite, name}; }

TEST(TestCaseTest, ReadsWhatGoogleTestLists) {
  const auto tests = parse_gtest_list(
      "Running main() from gmock_main.cc\n"
      "TestDeck.\n  ShowsJobs\n  DISABLED_Slow\n"
      "Sizes/TestHook.\n  Accepts/0  # GetParam() = 7\n"
      "Typed/0.  # TypeParam = int\n  Works\n"
      "DISABLED_Old.\n  Any\n", kProgram);
  std::vector<std::string> names;
  for (const auto& one : tests) names.push_back(one.suite + "|" + one.name);
  EXPECT_THAT(names, testing::ElementsAre("TestDeck|ShowsJobs", "Sizes/TestHook|Accepts/0", "Typed/0|Works"));
}

TEST(SelectorTest, ChoosesAsGoTestDoes) {
  const auto deck = test("TestDeck", "ShowsJobs"), hook = test("TestHook", "ShowsHelp");
  EXPECT_TRUE(Selector({}).selects(deck));
  EXPECT_TRUE(Selector({.run = "Deck"}).selects(deck));
  EXPECT_FALSE(Selector({.run = "Deck"}).selects(hook));
  EXPECT_TRUE(Selector({.run = "TestDeck/Shows"}).selects(deck));
  EXPECT_FALSE(Selector({.run = "TestDeck/Hides"}).selects(deck));
  EXPECT_TRUE(Selector({.run = "TestDeck.ShowsJobs"}).selects(deck));
  EXPECT_TRUE(Selector({.run = "^TestDeck/ShowsJobs$"}).selects(deck));
  EXPECT_FALSE(Selector({.run = "^TestDeck/Shows$"}).selects(deck));
  EXPECT_FALSE(Selector({.run = "Test", .skip = "Hook"}).selects(hook));
  EXPECT_TRUE(Selector({.run = "Test[/D]eck/Shows"}).selects(deck)) << "a slash in brackets does not split";
  EXPECT_TRUE(Selector({.run = "/Shows", .skip = "Hook"}).selects(deck));
}

TEST(SelectorTest, SaysWhereAnExpressionIsWrong) {
  EXPECT_THAT(error_of([] { Selector({.run = "Test("}); }).what(), HasSubstr("-run=Test(: missing )"));
}

}  // namespace
