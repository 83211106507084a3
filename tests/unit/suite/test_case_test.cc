#include "suite/selector.h"

#include <gmock/gmock.h>

#include "support/errors.h"

using namespace harness;
using testing::HasSubstr;

namespace {

const TestProgram kProgram{.path = "tests", .name = "tests"};

TestCase test(const std::string& suite, const std::string& name) { return {&kProgram, suite, name}; }

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

const TestProgram kGo{.kind = TestProgram::Kind::go, .path = "./...", .name = "..."};

TEST(SelectorTest, AGoTestHasAName) {
  const TestCase shows{&kGo, "deck", "TestShows"}, hides{&kGo, "deck", "TestHides"};
  EXPECT_TRUE(Selector({.run = "^TestShows$"}).selects(shows));
  EXPECT_FALSE(Selector({.run = "^TestShows$"}).selects(hides));
  EXPECT_TRUE(Selector({.run = "^TestHides$|deck/^TestShows$"}).selects(shows));
  EXPECT_FALSE(Selector({.skip = "^TestShows$"}).selects(shows));
  EXPECT_FALSE(Selector({.run = "^ShowsJobs$"}).selects(test("TestDeck", "ShowsJobs")))
      << "of others the suite comes first";
}

TEST(SelectorTest, SubTestsOfGo) {
  const std::vector<TestCase> all{
      {&kGo, "deck", "TestShows"}, {&kGo, "deck", "TestHides"}, test("TestDeck", "ShowsJobs")};
  const auto selected = [&](const std::string& run, const std::string& skip = "") {
    std::string names;
    for (const auto& one : Selector({.run = run, .skip = skip}).select(all))
      names +=
          one.full_name() + (one.without_subtests.empty() ? "" : " without " + one.without_subtests) + ";";
    return names;
  };
  EXPECT_EQ(selected("TestShows/sub"), "deck/TestShows/sub;");
  EXPECT_EQ(selected("^TestShows$/^a$/b"), "deck/TestShows/^a$/b;");
  EXPECT_EQ(selected("deck/TestHides/sub"), "deck/TestHides/sub;");
  EXPECT_EQ(selected("deck/Test"), "deck/TestShows;deck/TestHides;");
  EXPECT_EQ(selected("deck", "TestShows/slow"), "deck/TestShows without slow;deck/TestHides;");
  EXPECT_EQ(selected("deck", "deck/TestShows"), "deck/TestHides;");
  EXPECT_THAT(error_of([&] { selected("TestNone/sub"); }).what(),
              HasSubstr("no test matches -run=TestNone/sub"));
}

TEST(SelectorTest, SaysWhereAnExpressionIsWrong) {
  EXPECT_THAT(error_of([] { Selector({.run = "Test("}); }).what(), HasSubstr("-run=Test(: missing )"));
}

}  // namespace
