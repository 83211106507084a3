#include <gmock/gmock.h>

#include "suite/recorded_case.h"

using namespace harness;
using End = RecordedCase::End;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

namespace {

/// "suite|class|name: passed" of each case, with the reason where there is one.
std::vector<std::string> shown(const CaseRecord& record) {
  std::vector<std::string> all;
  for (const auto& one : record.cases)
    all.push_back(one.suite + "|" + one.class_name + "|" + one.name + ": " +
                  (one.end == End::passed   ? "passed"
                   : one.end == End::failed ? "failed"
                                            : "skipped") +
                  (one.reason.empty() ? "" : ": " + one.reason));
  return all;
}

TEST(JunitRecordTest, CasesOfNestedSuites) {
  const auto record = junit_record(R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="outer" file="a.js"><testsuite name="inner">
  <testcase classname="C" name="ok" time="1,234.5" line="7"/>
  <testcase classname="C" name="bad"><failure message="1 is not 2">at a.js:3</failure></testcase>
  <testcase classname="C" name="broken"><error type="TypeError"/></testcase>
  <testcase classname="C" name="later"><skipped message="not yet"/></testcase></testsuite>
  <testcase classname="D" name="empty skip"><skipped/></testcase></testsuite></testsuites>)");
  EXPECT_EQ(record.problem, "");
  EXPECT_THAT(shown(record),
              ElementsAre("outer/inner|C|ok: passed", "outer/inner|C|bad: failed: 1 is not 2",
                          "outer/inner|C|broken: failed: TypeError", "outer/inner|C|later: skipped: not yet",
                          "outer|D|empty skip: skipped: skipped by the test"));
  EXPECT_EQ(record.cases[0].seconds, 1234.5);
  EXPECT_EQ(record.cases[0].line, 7);
  EXPECT_EQ(record.cases[4].file, "a.js");
  EXPECT_EQ(record.cases[1].output, "at a.js:3\n");
}

// https://maven.apache.org/surefire/maven-surefire-plugin/examples/rerun-failing-tests.html
TEST(JunitRecordTest, RerunsOfSurefire) {
  const auto record = junit_record(R"(<testsuite name="S" tests="2" errors="0" failures="1">
  <testcase classname="S" name="flaky"><flakyFailure message="first"><stackTrace>at 1</stackTrace></flakyFailure></testcase>
  <testcase classname="S" name="bad"><failure message="first"/><rerunFailure message="second"><system-out>o</system-out></rerunFailure></testcase>
</testsuite>)");
  EXPECT_EQ(record.problem, "");
  EXPECT_THAT(shown(record), ElementsAre("S|S|flaky: passed: first", "S|S|bad: failed: first"));
  EXPECT_EQ(record.cases[0].earlier_failures, 1);
  EXPECT_EQ(record.cases[1].earlier_failures, 1);
  EXPECT_THAT(record.cases[0].output, HasSubstr("at 1"));
}

TEST(JunitRecordTest, WhatRunnersSayByAttributes) {
  EXPECT_THAT(
      shown(junit_record(R"(<testsuite name="s">
  <testcase name="of ctest" classname="x" status="run"/>
  <testcase name="failed" classname="x" status="fail"/>
  <testcase name="not run" classname="x" status="notrun"/>
  <testcase name="off" classname="x" status="notrun" result="suppressed"/>
  <testcase name="of gtest" classname="x" status="run" result="completed"/></testsuite>)")),
      ElementsAre("s|x|of ctest: passed", "s|x|failed: failed: the record says that it failed, but not why",
                  "s|x|not run: skipped: the record says that it did not run: notrun",
                  "s|x|off: skipped: the record says that it did not run: notrunsuppressed",
                  "s|x|of gtest: passed"));
}

TEST(JunitRecordTest, WhatCTestCouldNotRunHasFailed) {
  EXPECT_THAT(shown(junit_record(R"(<testsuite name="s">
  <testcase name="a" classname="a" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
  <testcase name="b" classname="b" status="notrun"><skipped message="Unable to find executable"/></testcase>
  <testcase name="c" classname="c" status="disabled"><system-out>Disabled</system-out></testcase></testsuite>)")),
              ElementsAre("s|a|a: skipped: SKIP_RETURN_CODE=77",
                          "s|b|b: failed: it did not run: Unable to find executable",
                          "s|c|c: skipped: the record says that it did not run: disabled"));
}

// Node's: a test that is still to be written may fail, and so is no failure.
TEST(JunitRecordTest, AFailureThatIsExpectedIsASkip) {
  EXPECT_THAT(shown(junit_record(R"(<testsuites><testcase name="later" classname="test" failure="x">
  <skipped type="todo" message="write it"/><failure message="x"/></testcase></testsuites>)")),
              ElementsAre("|test|later: skipped: TODO write it"));
  EXPECT_THAT(shown(junit_record(R"(<testsuites><testcase name="a" classname="c">
  <failure message="x"/><skipped message="y"/></testcase></testsuites>)")),
              ElementsAre("|c|a: failed: x"));
}

TEST(JunitRecordTest, PropertiesAndOutput) {
  const auto record = junit_record(R"(<testsuite><testcase name="a" classname="c">
  <properties><property name="owner" value="alice"/><property name="text">long</property></properties>
  <system-out><![CDATA[out <1>]]></system-out><system-err>err</system-err></testcase></testsuite>)");
  EXPECT_THAT(record.cases.at(0).properties, ElementsAre(Pair("owner", "alice"), Pair("text", "long")));
  EXPECT_EQ(record.cases[0].output, "out <1>\nerr\n");
}

TEST(JunitRecordTest, AFailureOutsideOfAllCasesIsOne) {
  EXPECT_THAT(shown(junit_record(
                  R"(<testsuite name="s"><failure message="set-up"/><testcase name="a"/></testsuite>)")),
              ElementsAre("s||s: failed: set-up", "s||a: passed"));
  EXPECT_EQ(junit_record(R"(<testsuite name="s" failures="1"><testcase name="a"/></testsuite>)").problem,
            "its suite \"s\" counts 1 failures, and none of its cases has failed");
  EXPECT_EQ(junit_record(R"(<testsuite name="s" tests="3"></testsuite>)").problem,
            "its suite \"s\" counts 3 tests, and has none");
}

TEST(JunitRecordTest, WhatIsNoRecord) {
  EXPECT_EQ(junit_record("").problem, "it is empty");
  EXPECT_EQ(junit_record(" \n").problem, "it is empty");
  EXPECT_THAT(junit_record("<testsuite><testcase name='a'/>").problem, HasSubstr("not well-formed XML"));
  EXPECT_THAT(junit_record("<testsuite><testcase name='a'>").problem, HasSubstr("not well-formed XML"));
  EXPECT_THAT(junit_record("PASS\n").problem, HasSubstr("not well-formed XML"));
  EXPECT_EQ(junit_record("<html/>").problem, "it is not JUnit XML: its root is <html>");
  EXPECT_EQ(
      junit_record("<!DOCTYPE x [<!ENTITY a 'b'>]><testsuite><testcase name='&a;'/></testsuite>").problem,
      "it has a DOCTYPE, and such documents are not read");
}

TEST(JunitRecordTest, SuitesWithoutAnEnd) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "<testsuite>";
  text += "<testcase name='a'/>";
  for (int i = 0; i < 200'000; ++i) text += "</testsuite>";
  EXPECT_EQ(junit_record(text).problem, "its suites are nested more than 100 deep");
}

// Wherever a disk was full or a process killed.
TEST(JunitRecordTest, NoPartOfARecordIsWhole) {
  const std::string whole = R"(<?xml version="1.0"?><testsuites><testsuite name="s"><testcase name="a"/>
  <testcase name="b"><failure message="x">text</failure></testcase></testsuite></testsuites>)";
  ASSERT_EQ(junit_record(whole).problem, "");
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(junit_record(whole.substr(0, size)).problem, "") << whole.substr(0, size);
}

}  // namespace
