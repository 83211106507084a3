#include <gmock/gmock.h>

#include "suite/recorded_case.h"

using namespace harness;
using End = RecordedCase::End;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

std::string event(const std::string& action, const std::string& test = {}, const std::string& more = {}) {
  return R"({"Action":")" + action + R"(","Package":"p")" +
         (test.empty() ? "" : R"(,"Test":")" + test + "\"") + more + "}\n";
}

std::vector<std::string> shown(const CaseRecord& record) {
  std::vector<std::string> all;
  for (const auto& one : record.cases)
    all.push_back(one.class_name + "|" + one.name + ": " +
                  (one.end == End::passed   ? "passed"
                   : one.end == End::failed ? "failed"
                                            : "skipped") +
                  (one.reason.empty() ? "" : ": " + one.reason));
  return all;
}

TEST(Test2JsonRecordTest, TestsAndSubTests) {
  const auto record = test2json_record(
      "# a line of the build\n" + event("start") + event("run", "A") + event("run", "A/sub") +
      event("output", "A/sub", R"(,"Output":"    a_test.go:7: no such thing\n")") +
      event("fail", "A/sub", R"(,"Elapsed":0.5)") + event("fail", "A") + event("run", "B") +
      event("output", "B", R"(,"Output":"    a_test.go:9: not here\n")") + event("skip", "B") +
      event("run", "C") + event("pass", "C") + event("fail"));
  EXPECT_EQ(record.problem, "");
  EXPECT_THAT(shown(record), ElementsAre("p|A: failed: failed", "p|A/sub: failed: no such thing",
                                         "p|B: skipped: not here", "p|C: passed"));
  EXPECT_EQ(record.cases[1].seconds, 0.5);
}

TEST(Test2JsonRecordTest, WhatDidNotEndHasFailed) {
  const auto record = test2json_record(event("run", "A") + event("run", "B") + event("pass", "B"));
  EXPECT_THAT(shown(record), ElementsAre("p|A: failed: it began and did not end", "p|B: passed"));
  EXPECT_EQ(record.problem, "the package p began and did not end");
}

TEST(Test2JsonRecordTest, APackageThatFailsWithoutATestIsToldOf) {
  EXPECT_EQ(test2json_record(event("run", "A") + event("pass", "A") + event("fail")).problem,
            "the package p failed, but none of its tests did");
  EXPECT_THAT(test2json_record(event("pass") + "{\"Action\":\"run\",").problem, HasSubstr("was cut off"));
}

TEST(Test2JsonRecordTest, ATestThatRunsTwiceIsTwoCases) {
  EXPECT_THAT(shown(test2json_record(event("run", "A") + event("fail", "A") + event("run", "A") +
                                     event("pass", "A") + event("fail"))),
              ElementsAre("p|A: failed: failed", "p|A: passed"));
}

}  // namespace
