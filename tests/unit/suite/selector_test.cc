// The corners of suite/selector.cc: names with slashes, brackets.
#include <gmock/gmock.h>

#include "suite/selector.h"
#include "support/errors.h"

namespace harness {
namespace {

using testing::HasSubstr;

const TestProgram kGtest{.path = "tests", .name = "tests"};
const TestProgram kCommand{.kind = TestProgram::Kind::command, .path = "true", .name = "TestSmoke"};

bool runs(const std::string& expression, const std::string& suite, const std::string& name) {
  return Selector({.run = expression}).selects({&kGtest, suite, name});
}

TEST(SelectorCornersTest, ASlashInBracketsOrAGroupDoesNotSplit) {
  EXPECT_TRUE(runs("Test[(]?Deck/Shows", "TestDeck", "Shows"));  // a parenthesis in brackets opens nothing
  EXPECT_TRUE(runs("Deck]?/Shows", "TestDeck", "Shows"));  // a bracket that opened nothing closes nothing
  EXPECT_TRUE(runs("(Deck/Shows|Hook/Takes)", "TestHook", "Takes"));
  EXPECT_TRUE(runs("Deck\\/Shows", "TestDeck", "Shows"));
  EXPECT_FALSE(runs("Deck[/]Takes", "TestDeck", "Shows"));
}

TEST(SelectorCornersTest, NamesOfParameterisedTestsHoldSlashes) {
  EXPECT_TRUE(runs("Sizes/TestHook/Accepts/0", "Sizes/TestHook", "Accepts/0"));
  EXPECT_TRUE(runs("^Sizes/TestHook$/^Accepts/1$", "Sizes/TestHook", "Accepts/1"));
  EXPECT_FALSE(runs("^Sizes/TestHook$/^Accepts/1$", "Sizes/TestHook", "Accepts/10"));
  EXPECT_FALSE(runs("^Sizes/TestHook$/^Accepts/1$", "Sizes/TestHook2", "Accepts/1"));
  EXPECT_TRUE(runs("Hook/Accepts/0", "TestHook", "Accepts/0"));
  EXPECT_FALSE(runs("Hook/Refuses/0", "TestHook", "Accepts/0"));
}

TEST(SelectorCornersTest, ACommandHasItsNameOnly) {
  const TestCase smoke{&kCommand, "", "TestSmoke"};
  EXPECT_TRUE(Selector({.run = "Smoke"}).selects(smoke));
  EXPECT_TRUE(Selector({.run = "^TestSmoke$"}).selects(smoke));
  EXPECT_FALSE(Selector({.run = "Deck"}).selects(smoke));
  EXPECT_FALSE(Selector({.skip = "Smoke"}).selects(smoke));
}

TEST(SelectorCornersTest, SkipWinsOverRun) {
  EXPECT_FALSE(Selector({.run = "Deck", .skip = "Deck/Shows"}).selects({&kGtest, "TestDeck", "Shows"}));
  EXPECT_TRUE(Selector({.run = "Deck", .skip = "Deck/Shows"}).selects({&kGtest, "TestDeck", "Links"}));
}

TEST(SelectorCornersTest, EachPartIsChecked) {
  const auto error = error_of([] { Selector({.skip = "Deck/*"}); });
  EXPECT_THAT(error.what(), HasSubstr("-skip=Deck/*: no argument for repetition operator"));
  EXPECT_EQ(error.details.exit_code, kUsage);
}

}  // namespace
}  // namespace harness
