// The corners of suite/selector.cc: names with slashes, brackets.
#include <gmock/gmock.h>

#include "suite/selector.h"
#include "support/errors.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const TestProgram kGtest{.path = "tests", .name = "tests"};
const TestProgram kGo{.kind = TestProgram::Kind::go, .path = "./...", .name = "..."};
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

TEST(SelectorCornersTest, SubtestsThatAnEntryLeavesOutStayOut) {
  TestCase test{&kGo, "deck", "TestShows"};
  test.without_subtests = "slow";
  EXPECT_EQ(Selector({}).select({test})[0].without_subtests, "slow");
  EXPECT_EQ(Selector({.skip = "TestShows/big"}).select({test})[0].without_subtests, "(slow|big)");
  test.without_subtests = "slow/a";
  EXPECT_EQ(error_of([&] { Selector({.skip = "TestShows/big"}).select({test}); }).details.exit_code, kUsage);
}

class BrokenPackageTest : public testing::Test {
 protected:
  /// The full names of what is selected of a package deck, and of store and hook, which are broken.
  std::vector<std::string> selected(const Selector::Wanted& wanted) const {
    const TestCase shows{&kGo, "deck", "TestShows"}, hides{&kGo, "deck", "TestHides"};
    TestCase store{&kGo, "store", kBrokenPackage}, hook{&kGo, "hook", kBrokenPackage};
    for (auto* broken : {&store, &hook}) {
      broken->labels = {"slow"};
      broken->breakage = Breakage{"does not build", "undefined: x"};
    }
    std::vector<std::string> names;
    for (const auto& test : Selector(wanted).select({shows, store, hides, hook}))
      names.push_back(test.full_name());
    return names;
  }
};

TEST_F(BrokenPackageTest, ItFailsWhateverTestsAreAskedFor) {
  EXPECT_THAT(selected({.run = "TestShows"}), ElementsAre("deck/TestShows", "store/build", "hook/build"));
  EXPECT_THAT(selected({.run = "TestShows/sub"}),
              ElementsAre("deck/TestShows/sub", "store/build", "hook/build"));
  EXPECT_THAT(selected({.run = "TestOfStore"}), ElementsAre("store/build", "hook/build"));
  EXPECT_THAT(selected({.run = "", .failed = true, .names = {"deck/TestHides"}}),
              ElementsAre("store/build", "deck/TestHides", "hook/build"));
}

TEST_F(BrokenPackageTest, AnotherSuiteIsAnother) {
  EXPECT_THAT(selected({.run = "^deck$/^TestShows$"}), ElementsAre("deck/TestShows"));
  EXPECT_THAT(selected({.run = "^store$/"}), ElementsAre("store/build"));
  EXPECT_THAT(selected({.run = "^deck$/^TestShows$|store/TestIt"}),
              ElementsAre("deck/TestShows", "store/build"));
}

TEST_F(BrokenPackageTest, ItIsSkippedByItsSuiteAndItsLabels) {
  EXPECT_THAT(selected({.run = "TestShows", .skip = "build|TestHides"}),
              ElementsAre("deck/TestShows", "store/build", "hook/build"));
  EXPECT_THAT(selected({.run = "TestShows", .skip = "store|^hook$/"}), ElementsAre("deck/TestShows"));
  EXPECT_THAT(selected({.run = "TestShows", .labels = "!slow"}), ElementsAre("deck/TestShows"));
}

TEST_F(BrokenPackageTest, ASuiteOfGinkgoMayHaveAnyLabel) {
  const TestProgram ginkgo{.kind = TestProgram::Kind::ginkgo, .path = "./...", .name = "..."};
  const TestCase broken{.program = &ginkgo,
                        .suite = "deck",
                        .name = kBrokenPackage,
                        .breakage = Breakage{"does not build", ""}};
  EXPECT_EQ(Selector({.labels = "fast && !slow"}).select({broken}).size(), 1);
}

TEST_F(BrokenPackageTest, OnceItBuildsItsTestsHaveFailed) {
  const TestCase shows{&kGo, "deck", "TestShows"}, takes{&kGo, "hook", "TestTakes"};
  const auto some = Selector({.failed = true, .names = {"deck/build"}}).select({shows, takes});
  ASSERT_EQ(some.size(), 1);
  EXPECT_EQ(some[0].full_name(), "deck/TestShows");
}

}  // namespace
}  // namespace harness
