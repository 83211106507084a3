// The corners of suite/test_case.cc: names with slashes, brackets, what is disabled, programs that list nothing.
#include <gmock/gmock.h>

#include "suite/list.h"
#include "suite/selector.h"
#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const TestProgram kGtest{.path = "tests", .name = "tests"};
const TestProgram kCommand{.kind = TestProgram::Kind::command, .path = "true", .name = "TestSmoke"};

bool runs(const std::string& expression, const std::string& suite, const std::string& name) {
  return Selector({.run = expression}).selects({&kGtest, suite, name});
}

std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> names;
  for (const auto& test : parse_gtest_list(text, kGtest)) names.push_back(test.full_name());
  return names;
}

TEST(SelectorCornersTest, ASlashInBracketsOrAGroupDoesNotSplit) {
  EXPECT_TRUE(runs("Test[(]?Deck/Shows", "TestDeck", "Shows"));  // a parenthesis in brackets opens nothing
  EXPECT_TRUE(runs("Deck]?/Shows", "TestDeck", "Shows"));        // a bracket that opened nothing closes nothing
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

TEST(GtestListTest, DisabledIsWhatGoogleTestDisables) {
  EXPECT_THAT(listed("TestDeck.\n  IsNotDISABLED_Yet\n  DISABLED_Slow\nSizes/DISABLED_Old.\n  Any/0\nSizes/TestHook.\n  DISABLED_Takes/0\n"),
              ElementsAre("TestDeck/IsNotDISABLED_Yet"));
}

TEST(GtestListTest, ParametersMayHoldAnything) {
  EXPECT_THAT(listed("Words/TestHook.\n  Takes/0  # GetParam() = \"  # a. b\"\n  Takes/1  # GetParam() = \"TestX.\"\n"
                     "TypedTest/1.  # TypeParam = std::vector<int>\n  Works\n"),
              ElementsAre("Words/TestHook/Takes/0", "Words/TestHook/Takes/1", "TypedTest/1/Works"));
}

TEST(GtestListTest, ACommandIsOneTest) {
  const auto tests = list_tests(kCommand, ".", ".", {});
  ASSERT_EQ(tests.size(), 1u);
  EXPECT_EQ(tests[0].full_name(), "TestSmoke");
}

TEST(GtestListTest, AProgramIsAsked) {
  const TempProject project;
  project.write("tests", "#!/bin/sh\n[ \"$1\" = --gtest_list_tests ] && printf 'TestDeck.\\n  Shows\\n'\n", 0755);
  const auto tests = list_tests(kGtest, project.root(), project.root() / "scratch", {});
  ASSERT_EQ(tests.size(), 1u);
  EXPECT_EQ(tests[0].full_name(), "TestDeck/Shows");
}

TEST(GtestListTest, AProgramThatCannotListIsAnErrorOfTheBuild) {
  const TempProject project;
  project.write("tests", "#!/bin/sh\necho 'cannot find libx.so' >&2\nexit 127\n", 0755);
  const auto broken = error_of([&] { list_tests(kGtest, project.root(), project.root() / "scratch", {}); });
  EXPECT_THAT(broken.what(), HasSubstr("cannot list the tests of tests"));
  EXPECT_EQ(broken.details.output_tail, "cannot find libx.so");
  EXPECT_EQ(broken.details.exit_code, kBuild);
  project.write("tests", "#!/bin/sh\n", 0755);
  EXPECT_STREQ(error_of([&] { list_tests(kGtest, project.root(), project.root() / "scratch", {}); }).what(), "tests lists no tests");
  std::filesystem::remove(project / "tests");
  EXPECT_EQ(error_of([&] { list_tests(kGtest, project.root(), project.root() / "scratch", {}); }).details.exit_code, kBuild);
}

}  // namespace
}  // namespace harness
