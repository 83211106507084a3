// -repeat, -until-it-fails, -stress, -retry, -fail-fast, -failed, -labels: how often what runs.
#include <gmock/gmock.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "driver/driver.h"
#include "support/processes.h"

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

namespace {

class DriverRoundsTest : public DriverTest {
 protected:
  DriverRoundsTest() { write_instance(); }
  /// A test that fails at its runs number `at`, counted in a file.
  static std::string fails_at(const std::string& at) {
    return "'n=$(( $(cat count 2>/dev/null || echo 0) + 1 )); echo $n > count; echo this is run $n; case "
           "\" " +
           at + " \" in *\" $n \"*) exit 1;; esac'";
  }
  /// How often it ran; the file may be read while it is written.
  int runs() const {
    const auto count = file("count");
    return count.find('\n') == std::string::npos ? 0 : std::stoi(count);
  }
  std::string artifact(const std::string& name) const { return file(".harness/default/artifacts/" + name); }
};

TEST_F(DriverRoundsTest, RepeatRunsEveryRound) {
  write_project("tests: [{name: TestOne, command: " + fails_at("2") + "}]\n");
  const auto end = run({"-no-setup", "-all", "-repeat=4"});
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(file("count"), "4\n");
  EXPECT_THAT(end.out, AllOf(HasSubstr("FAIL TestOne ("), HasSubstr(") #2\n"),
                             HasSubstr("(1 of 4 attempts failed; this is the first)\nthis is run 2\n")));
  EXPECT_THAT(artifact("tests/TestOne.attempt-2.log"), HasSubstr("this is run 2"));
  EXPECT_EQ(artifact("tests/TestOne.attempt-3.log"), "") << "only what failed is kept";
}

TEST_F(DriverRoundsTest, UntilItFailsStopsThereAndKeepsTheOutput) {
  write_project("tests: [{name: TestOne, command: " + fails_at("7") +
                "}, {name: TestTwo, command: 'true'}]\n");
  const auto end = run({"-no-setup", "-all", "-until-it-fails"});
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(file("count"), "7\n");
  EXPECT_THAT(end.out, AllOf(HasSubstr("attempt 6: passed ("), HasSubstr("attempt 7: failed ("),
                             HasSubstr("this is run 7\n"), EndsWith("1 passed, 1 failed\n")));
}

TEST_F(DriverRoundsTest, UntilItFailsEndsByCtrlC) {
  write_project("tests: [{name: TestOne, command: " + fails_at("none") + "}]\n");
  start({"-no-setup", "-all", "-until-it-fails"});
  ASSERT_TRUE(eventually([&] { return runs() > 3; }));
  interrupt(SIGINT);
  const auto end = wait();
  EXPECT_EQ(end.code, 130);
  EXPECT_THAT(end.out, EndsWith("1 passed, 0 failed\n"));
}

TEST_F(DriverRoundsTest, ARetryThatPassesIsFlaky) {
  write_project("tests: [{name: TestOne, command: " + fails_at("1 2") + "}]\n");
  const auto end = run({"-no-setup", "-all", "-retry=2"});
  EXPECT_EQ(end.code, 0);
  EXPECT_THAT(end.out, AllOf(HasSubstr("FLAKY TestOne ("), HasSubstr("FAIL TestOne ("),
                             EndsWith("0 passed, 0 failed, 1 flaky\n")));
  pugi::xml_document junit;
  ASSERT_TRUE(junit.load_string(artifact("junit_01.xml").c_str()));
  EXPECT_TRUE(junit.select_node(
      "//testcase[@name='TestOne']/flakyFailure[@message='exit code 1'][contains(., 'this is run 1')]"));
  EXPECT_EQ(nlohmann::json::parse(artifact("results.json"))["tests"][0]["status"], "flaky");
  EXPECT_THAT(artifact("tap.txt"),
              HasSubstr("ok 1 - TestOne\n  ---\n  message: \"exit code 1\"\n  severity: flaky\n"));
}

TEST_F(DriverRoundsTest, RetriesThatAllFail) {
  write_project("tests: [{name: TestOne, command: " + fails_at("1 2 3") + "}]\n");
  const auto end = run({"-no-setup", "-all", "-retry=2"});
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(file("count"), "3\n");
  EXPECT_THAT(end.out, EndsWith("0 passed, 1 failed\n"));
}

TEST_F(DriverRoundsTest, ATestThatEndsWellWhenItsTimeIsOverHasFailed) {
  write_project("tests: [{name: TestOne, command: \"trap 'exit 0' TERM; sleep 60 & wait\", timeout: 1s}]\n");
  const auto end = run({"-no-setup", "-all"});
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.out, HasSubstr("FAIL TestOne: timed out after 1s"));
}

TEST_F(DriverRoundsTest, TwoTestsOfOneNameAreAnError) {
  write_project("tests: [{name: TestOne, command: 'true'}, {name: TestOne, command: 'false'}]\n");
  const auto end = run({"-no-setup", "-all"});
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.err, HasSubstr("duplicate test name TestOne"));
}

TEST_F(DriverRoundsTest, ReportsThatCannotBeWrittenDoNotEndTheRun) {
  project_.write("out", "a file, not a folder");
  write_project("tests: [{name: TestOne, command: 'true'}]\n");
  const auto end = run({"-no-setup", "-all", "-artifacts=out"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("out"));
}

TEST_F(DriverRoundsTest, FailFastStartsNothingMore) {
  write_project("tests: [{name: TestOne, command: 'false'}, {name: TestTwo, command: 'echo > two'}]\n");
  const auto end = run({"-no-setup", "-all", "-fail-fast", "-j=1"});
  EXPECT_EQ(end.code, 1);
  EXPECT_FALSE(std::filesystem::exists(project_ / "two"));
  EXPECT_THAT(end.out, EndsWith("0 passed, 1 failed, 1 skipped\n"));
  EXPECT_THAT(artifact("junit_01.xml"),
              HasSubstr("<skipped message=\"not run: -fail-fast, and another test failed\""));
  EXPECT_THAT(artifact("tap.txt"), HasSubstr("ok 2 - TestTwo # SKIP not run: -fail-fast"));
}

TEST_F(DriverRoundsTest, StressFindsOneInTwenty) {
  project_.write("die",
                 "#!/bin/sh\nexec 9>lock; flock 9; n=$(( $(cat count 2>/dev/null || echo 0) + 1 )); echo $n "
                 "> count\n[ $((n % 20)) != 0 ] || { echo unlucky at $n; exit 3; }\n",
                 0755);
  write_project("tests: [{name: TestOne, command: ./die}]\n");
  const auto end = run({"-no-setup", "-all", "-stress=4", "-repeat=60"});
  EXPECT_EQ(end.code, 1);
  EXPECT_EQ(file("count"), "60\n");
  EXPECT_THAT(end.out, AllOf(HasSubstr("60 runs, 3 failures (5.00%)"), HasSubstr("unlucky at 20"),
                             HasSubstr("(3 of 60 attempts failed; this is the first)")));
  size_t logs = 0;
  for (const auto& log :
       std::filesystem::directory_iterator(project_ / ".harness/default/artifacts/tests/stress"))
    logs += log.path().extension() == ".log";
  EXPECT_EQ(logs, 3u);
}

TEST_F(DriverRoundsTest, StressRunsUntilCtrlC) {
  write_project("tests: [{name: TestOne, command: " + fails_at("none") + "}]\n");
  start({"-no-setup", "-all", "-stress=1"});
  ASSERT_TRUE(eventually([&] { return runs() > 3; }));
  interrupt(SIGINT);
  const auto end = wait();
  EXPECT_EQ(end.code, 130);
  EXPECT_THAT(end.out, HasSubstr(" runs, 0 failures (0.00%)"));
}

TEST_F(DriverRoundsTest, FailedRunsWhatFailedLastTime) {
  project_.write("broken", "");
  write_project("tests: [{name: TestGood, command: 'true'}, {name: TestBad, command: '[ ! -e broken ]'}]\n");
  EXPECT_THAT(run({"-no-setup", "-failed"}).err, HasSubstr("no test failed last time"));
  EXPECT_EQ(run({"-no-setup", "-all"}).code, 1);
  EXPECT_EQ(run({"-no-setup", "-run=Good"}).code, 0) << "and says nothing of the other";
  EXPECT_THAT(run({"-no-setup", "-failed"}).out, EndsWith("0 passed, 1 failed\n"));
  std::filesystem::remove(project_ / "broken");
  EXPECT_THAT(run({"-no-setup", "-failed"}).out, EndsWith("1 passed, 0 failed\n"));
  EXPECT_EQ(run({"-no-setup", "-failed"}).code, 2);
}

TEST_F(DriverRoundsTest, WhatATestCameToBeforeIsKnown) {
  write_project("tests: [{name: TestOne, command: " + fails_at("2 4") +
                "}, {name: TestTwo, command: 'true'}]\n");
  EXPECT_THAT(run({"history"}).err, HasSubstr("no test has run here yet"));
  EXPECT_THAT(run({"-no-setup", "-all"}).out, Not(HasSubstr("past:")));
  EXPECT_THAT(run({"-no-setup", "-all"}).out, HasSubstr("\n  past:  failed in 1 of its last 2 runs\n"));
  EXPECT_THAT(artifact("report.html"), AllOf(HasSubstr("<h2>Past runs</h2>"), HasSubstr("of-failed")));
  EXPECT_THAT(run({"history"}).out,
              AllOf(HasSubstr("failing\n  TestOne  1 run, since no commit"), HasSubstr("slowest\n")));
  EXPECT_EQ(run({"-no-setup", "-all"}).code, 0);
  EXPECT_THAT(run({"-no-setup", "-all", "-retry=1"}).out,
              HasSubstr("\nFLAKY TestOne: failed in 2 of its last 4 runs\n"));
  EXPECT_THAT(run({"history", "One"}).out,
              HasSubstr("TestOne: failed in 2 of 4 runs (50%), flaky in 1 of 4 runs (25%)"));
  const auto json = nlohmann::json::parse(run({"history", "-json"}).out);
  EXPECT_EQ(json[0]["name"], "TestOne");
  EXPECT_EQ(json[0]["results"].size(), 4u);
  EXPECT_EQ(json[0]["results"][1]["status"], "failed");
  const auto none = run({"history", "TestOen"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("no test that ran here matches TestOen (did you mean TestOne?)"));
  EXPECT_EQ(run({"history", "("}).code, 2);
}

TEST_F(DriverRoundsTest, AHistoryThatCannotBeReadIsSetAside) {
  write_project("tests: [{name: TestOne, command: 'true'}]\n");
  project_.write(".harness/default/history.db", std::string(5000, 'x'));
  const auto end = run({"-no-setup", "-all"});
  EXPECT_EQ(end.code, 0);
  EXPECT_THAT(end.err, HasSubstr("history.db cannot be read: it is set aside as history.db.unreadable"));
  EXPECT_THAT(run({"history"}).out, HasSubstr("TestOne"));
}

TEST_F(DriverRoundsTest, LabelsChooseAndSerialTestsRunAlone) {
  // Each notes itself while it runs; one that is to be alone looks for others.
  const std::string noted = "'echo > run.$$; sleep 0.05; ls run.* | wc -l > alone.NAME; rm run.$$'";
  const auto test = [&](const std::string& name, const std::string& labels) {
    auto command = noted;
    command.replace(command.find("NAME"), 4, name);
    return "  - {name: " + name + ", command: " + command + ", labels: [" + labels + "]}\n";
  };
  write_project("tests:\n" + test("TestA", "") + test("TestS", "serial") + test("TestD", "disruptive, beta") +
                test("TestB", "beta"));
  const auto end = run({"-no-setup", "-all", "-j=4"});
  EXPECT_EQ(end.code, 0) << end.out;
  EXPECT_EQ(file("alone.TestS"), "1\n");
  EXPECT_EQ(file("alone.TestD"), "1\n");
  EXPECT_THAT(end.out, MatchesRegex("(PASS Test[AB].*\n){2}PASS TestS \\[SERIAL\\] .*\nPASS TestD \\[BETA\\] "
                                    "\\[DISRUPTIVE\\] .*\n4 passed, 0 failed\n"));
  EXPECT_EQ(run({"-list", "-labels=beta,!disruptive"}).out, "TestB [BETA]\n");
  EXPECT_EQ(nlohmann::json::parse(run({"-list", "-json", "-labels=serial"}).out)[0]["labels"][0], "serial");
  EXPECT_THAT(run({"-list", "-labels=bta"}).err,
              HasSubstr("no test has the label \"bta\" (did you mean \"beta\"?)"));
  EXPECT_THAT(run({"-list", "-labels=beta,("}).err,
              HasSubstr("-labels: a label is expected\n  beta,(\n        ^"));
}

TEST_F(DriverRoundsTest, TheSlowestOfLastTimeStartsFirst) {
  write_project(
      "tests: [{name: TestQuick, command: 'echo quick >> order'}, {name: TestSlow, command: 'sleep 0.3; echo "
      "slow >> order'}]\n");
  EXPECT_EQ(run({"-no-setup", "-all", "-j=1"}).code, 0);
  EXPECT_EQ(run({"-no-setup", "-all", "-j=1"}).code, 0);
  EXPECT_EQ(file("order"), "quick\nslow\nslow\nquick\n");
}

TEST_F(DriverRoundsTest, ReportsAreThereWhenTheHarnessIsKilled) {
  write_project(
      "tests: [{name: TestOne, command: 'echo > began; sleep 600'}, {name: TestTwo, command: 'true'}]\n");
  start({"-no-setup", "-all", "-j=1"});
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(project_ / "began"); }));
  interrupt(SIGKILL);
  EXPECT_EQ(wait().signal, SIGKILL);
  std::filesystem::remove_all(scratch_ / "tmp");
  std::filesystem::create_directory(scratch_ / "tmp");
  pugi::xml_document junit;
  ASSERT_TRUE(junit.load_string(artifact("junit_01.xml").c_str()));
  EXPECT_EQ(junit.select_nodes("//testcase/skipped[@message='not run: the run was interrupted']").size(), 2u);
  EXPECT_EQ(nlohmann::json::parse(artifact("results.json"))["counts"]["not run"], 2);
}

}  // namespace
