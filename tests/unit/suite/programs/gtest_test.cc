// suite/programs/gtest.cc with a program that does what it should not: tests/testdata/gtest/hostile.cc.
#include <gmock/gmock.h>

#include <list>
#include <set>

#include "base/error.h"
#include "suite/names.h"
#include "suite/programs/gtest_filter.h"
#include "suite/programs/listed_program.h"
#include "suite/runner.h"
#include "support/environment.h"
#include "support/errors.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class GtestTest : public ListedProgram {
 protected:
  void list_hostile(const std::string& what_main_does = "") {
    std::error_code there;
    std::filesystem::create_symlink(HOSTILE_GTESTS, project_ / "hostile", there);
    list({.path = "hostile", .name = "hostile", .env = {{"HOSTILE", what_main_does}}});
  }
};

TEST_F(GtestTest, WhatStartUpCodePrintsIsNoTest) {
  list_hostile();
  EXPECT_THAT(names(),
              AllOf(Contains("Data/a-b"), Contains("Data/\\x20blank\\x20"), Contains("Data/two\\x0Alines"),
                    Contains("Data/\\xFF\\xFE"), Contains("Data/\\x5CxFF"), Contains("Data/\xc3\xa9"),
                    Not(Contains("Phantom/Printed")), Not(Contains(HasSubstr("DISABLED")))));
}

TEST_F(GtestTest, ANameIsAnIdentity) {
  list_hostile();
  for (const char* passes :
       {"a-b", "st*r", "st?r", "\\x20blank\\x20", "two\\x0Alines", "\\xFF\\xFE", "\xc3\xa9", "dot.dot"})
    EXPECT_EQ(result(std::string("Data/") + passes), "passed") << passes << "\n" << log();
  for (const char* fails : {"a:b", "stxr", "-", "\\xFF\\xFF", "\\x5CxFF", "dot/dot"})
    EXPECT_EQ(result(std::string("Data/") + fails), "FAIL exit code 1") << fails << "\n" << log();
  EXPECT_EQ(result("Da-ta/*"), "passed");
  EXPECT_EQ(result("data/A-B"), "FAIL exit code 1");
}

TEST_F(GtestTest, NoTwoShareALog) {
  list_hostile();
  std::set<std::string> logs;
  for (const auto& one : tests_) EXPECT_TRUE(logs.insert(log_name(one, "")).second) << one.full_name();
}

TEST_F(GtestTest, AnExitIsNoEnd) {
  list_hostile();
  for (const char* test : {"Ends/ByExit", "Ends/By_exit", "Ends/AndItsChildGoesOn", "Ends/InAnotherProgram",
                           "Says/WhatGoogleTestSays"})
    EXPECT_EQ(result(test),
              "FAIL exit code 0, but no proof that it passed: the process ended before GoogleTest had "
              "recorded its tests")
        << test;
  EXPECT_EQ(result("Ends/AndWaitsForItsChildToGoOn"),
            "FAIL exit code 0, but no proof that it passed: a process that it had forked ended in its place");
  EXPECT_EQ(result("Ends/BesideAChildThatEnds"), "passed");
  EXPECT_EQ(result("Ends/ByExit3"),
            "FAIL exit code 3 (the process ended before GoogleTest had recorded its tests)");
  EXPECT_EQ(result("Ends/ByASignalAfterTheEnd"), "FAIL killed by signal 11 (after the test had passed)");
  EXPECT_EQ(result("Ends/WithOtherCodeAfterTheEnd"), "FAIL exit code 9 (after the test had passed)");
}

TEST_F(GtestTest, ItsRecordSaysWhatItsOutputDoesNot) {
  list_hostile();
  EXPECT_EQ(result("Says/Skipped"), "passed");
  EXPECT_EQ(result("Says/Why"), "SKIP no <such> thing\nin two lines");
  EXPECT_EQ(result("Says/Properties"), "FAIL exit code 1");
}

TEST_F(GtestTest, AMainThatIgnoresTheResult) {
  list_hostile("ignore the result");
  EXPECT_EQ(result("Data/a-b"), "passed");
  EXPECT_EQ(result("Data/stxr"), "FAIL failed, though the process ended with exit code 0");
}

TEST_F(GtestTest, ASetUpOfTheWholeProgram) {
  list_hostile("skip everything");
  EXPECT_EQ(result("Data/a-b"), "SKIP it did not begin: a set-up of the whole program skipped it, or failed");
  list_hostile("fail before");
  EXPECT_THAT(result("Data/a-b"), StartsWith("FAIL exit code 1 ("));
}

TEST_F(GtestTest, TheEnvironmentDoesNotChoose) {
  std::list<ScopedVariable> variables;
  for (const auto& [name, value] : {std::pair{"GTEST_FILTER", "Data.stxr"},
                                    {"GTEST_TOTAL_SHARDS", "2"},
                                    {"GTEST_SHARD_INDEX", "1"},
                                    {"GTEST_BRIEF", "1"},
                                    {"GTEST_REPEAT", "0"},
                                    {"TEST_TOTAL_SHARDS", "3"},
                                    {"TESTBRIDGE_TEST_ONLY", "X"},
                                    {"GTEST_OUTPUT", "xml:/nowhere/x"},
                                    {"GTEST_ALSO_RUN_DISABLED_TESTS", "1"}})
    variables.emplace_back(name, value);
  list_hostile();
  EXPECT_GT(tests_.size(), 20u);
  EXPECT_EQ(result("Data/a-b"), "passed");
  EXPECT_EQ(result("Says/Why"), "SKIP no <such> thing\nin two lines");
  EXPECT_THAT(left_out_of_tests({program_}), AllOf(Contains("GTEST_FILTER"), Contains("GTEST_TOTAL_SHARDS"),
                                                   Contains("TESTBRIDGE_TEST_ONLY")));
}

TEST_F(GtestTest, TheEntrysOwnEnvironmentDoesAndIsSeen) {
  list_hostile();
  program_.env["GTEST_TOTAL_SHARDS"] = "2";
  program_.env["GTEST_SHARD_INDEX"] = "1";
  std::vector<std::string> results;
  for (const char* name : {"Data/a-b", "Ends/ByExit3", "Says/Skipped", "Data/dot.dot"})
    results.push_back(result(name));
  EXPECT_THAT(results, Contains("FAIL exit code 0, but no proof that it passed: no test ran"));
  EXPECT_EQ(left_out_of_tests({program_}), std::vector<std::string>{});
}

TEST_F(GtestTest, ARecordThatIsCutOffOrOfOthers) {
  project_.write("fake",
                 "#!/bin/sh\nfor a; do case $a in --gtest_output=json:*) out=${a#*json:};; esac; done\ncat "
                 "\"$WHAT\" > \"$out\"\n",
                 0755);
  project_.write(
      "whole",
      R"({"testsuites": [{"name": "A", "testsuite": [{"name": "b", "status": "RUN", "result": "COMPLETED"}]}]})");
  project_.write(
      "cut", R"({"testsuites": [{"name": "A", "testsuite": [{"name": "b", "status": "RUN", "result": "COMP)");
  project_.write(
      "other",
      R"({"testsuites": [{"name": "A", "testsuite": [{"name": "c", "status": "RUN", "result": "COMPLETED"}, {"name": "b", "status": "NOTRUN", "result": "SUPPRESSED"}]}]})");
  project_.write("none", R"({"testsuites": []})");
  list({.path = "fake", .name = "fake", .env = {{"WHAT", "whole"}}});
  EXPECT_EQ(result("A/b"), "passed");
  program_.env["WHAT"] = "cut";
  EXPECT_THAT(result("A/b"), HasSubstr("GoogleTest's record cannot be read: it is cut off"));
  program_.env["WHAT"] = "other";
  EXPECT_THAT(result("A/b"), HasSubstr("this test did not run, others did: A.c"));
  program_.env["WHAT"] = "none";
  EXPECT_THAT(result("A/b"), HasSubstr("no test ran"));
  program_.env["WHAT"] = "/dev/null";
  EXPECT_THAT(result("A/b"), HasSubstr("cut off"));
}

/// A script that does not become the program: what it starts may record, and what that forks too.
TEST_F(GtestTest, AScriptThatStartsTheProgram) {
  for (const bool becomes : {true, false}) {
    project_.write("script",
                   std::string("#!/bin/sh\n") + (becomes ? "exec " : "") + HOSTILE_GTESTS " \"$@\"\n", 0755);
    list({.path = "script", .name = "script"});
    EXPECT_EQ(result("Data/a-b"), "passed") << log();
    EXPECT_EQ(result("Data/stxr"), "FAIL exit code 1");
    EXPECT_THAT(result("Ends/By_exit"), StartsWith("FAIL"));
    EXPECT_EQ(test("Data/a-b").in_child, !becomes);
  }
}

TEST_F(GtestTest, AProgramThatCannotBeListed) {
  project_.write("broken", "#!/bin/sh\necho 'cannot find libx.so' >&2\nexit 127\n", 0755);
  const auto broken = error_of([&] { list({.path = "broken", .name = "broken"}); });
  EXPECT_THAT(broken.what(), HasSubstr("cannot list the tests of broken"));
  EXPECT_EQ(broken.details.output_tail, "cannot find libx.so");
  EXPECT_EQ(broken.details.exit_code, kBuild);
  EXPECT_THAT(broken.details.hint, HasSubstr("list: deployed"));
  EXPECT_THAT(error_of([&] { list_hostile("exit at once"); }).what(),
              HasSubstr("hostile lists no tests as JSON"));
  project_.write("old", "#!/bin/sh\nprintf 'TestDeck.\\n  Shows\\n'\n", 0755);
  const auto old = error_of([&] { list({.path = "old", .name = "old"}); });
  EXPECT_THAT(old.what(), HasSubstr("old lists no tests as JSON"));
  EXPECT_THAT(old.details.hint, HasSubstr("GoogleTest 1.10"));
  EXPECT_EQ(error_of([&] { list({.path = "missing", .name = "missing"}); }).details.exit_code, kBuild);
}

TEST(GtestFilterTest, SelectsAsFewAsItCan) {
  EXPECT_EQ(gtest_filter("A.b", {"A.b", "A.c"}), "A.b");
  EXPECT_EQ(gtest_filter("A.a-b", {"A.a-b", "A.axb", "A.a:b", "A.long"}), "A.a?b-A.axb");
  EXPECT_EQ(gtest_filter("A.*", {"A.*", "A.b", "A.?", "A.c"}), "A.?-A.b:A.c");
  EXPECT_EQ(gtest_filter("-.-", {"-.-"}), "?.?");
}

}  // namespace
}  // namespace harness
