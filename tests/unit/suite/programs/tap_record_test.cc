#include <gmock/gmock.h>

#include "suite/recorded_case.h"

using namespace harness;
using End = RecordedCase::End;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

std::vector<std::string> shown(const CaseRecord& record) {
  std::vector<std::string> all;
  for (const auto& one : record.cases)
    all.push_back((one.class_name.empty() ? "" : one.class_name + "|") + one.name + ": " +
                  (one.end == End::passed   ? "passed"
                   : one.end == End::failed ? "failed"
                                            : "skipped") +
                  (one.reason.empty() ? "" : ": " + one.reason));
  return all;
}

TEST(TapRecordTest, PointsWithDirectives) {
  const auto record = tap_record(
      "TAP version 13\n1..6\nok 1 - adds\nnot ok 2 - fails\n# (in test file a.bats, line 7)\n#   `false' "
      "failed\nok 3 # SKIP no \\# network\nnot ok 4 - later # TODO write it\nok 5 a \\# b\nsome "
      "output\nok\n");
  EXPECT_EQ(record.problem, "");
  EXPECT_THAT(shown(record),
              ElementsAre("adds: passed", "fails: failed: (in test file a.bats, line 7) `false' failed",
                          "test 3: skipped: no # network", "later: skipped: TODO write it", "a # b: passed",
                          "test 6: passed"));
}

TEST(TapRecordTest, DiagnosticsInYaml) {
  const auto record = tap_record(
      "not ok 1 - fails\n  ---\n  duration_ms: 2500\n  error: |-\n    boom\n    more\n  stack: ok 3 - none\n"
      "  ...\n1..1\n# tests 1\n");
  EXPECT_EQ(record.problem, "");
  EXPECT_THAT(shown(record), ElementsAre("fails: failed: boom"));
  EXPECT_EQ(record.cases[0].seconds, 2.5);
  EXPECT_THAT(record.cases[0].output, HasSubstr("  boom\n  more\n"));
}

TEST(TapRecordTest, ATimeIsNoPartOfTheName) {
  const auto record = tap_record("1..2\nok 1 passes # in 250 ms\nok 2 - b # time=1.5ms\n");
  EXPECT_THAT(shown(record), ElementsAre("passes: passed", "b: passed"));
  EXPECT_EQ(record.cases[0].seconds, 0.25);
}

TEST(TapRecordTest, SubTests) {
  const auto record = tap_record(
      "# Subtest: group\n    # Subtest: in\n    ok 1 - in\n    not ok 2 - bad\n    1..2\nnot ok 1 - group\n  "
      "---\n  error: |-\n    ok 3 - text\n  ...\n"
      "    ok 1 - child\n    1..1\nnot ok 2 - own\n  ---\n  error: 'itself'\n  ...\n1..2\n");
  EXPECT_EQ(record.problem, "");
  EXPECT_THAT(shown(record), ElementsAre("group|in: passed", "group|bad: failed: not ok", "own|child: passed",
                                         "own: failed: itself"));
}

TEST(TapRecordTest, WhatIsNotWhole) {
  EXPECT_THAT(tap_record("ok 1\nok 2\n").problem, HasSubstr("no plan"));
  EXPECT_EQ(tap_record("1..3\nok 1\nok 2\n").problem, "its plan has 3 tests, but the record has 2");
  EXPECT_EQ(tap_record("1..2\nok 1\nok 1\n").problem, "test 1 is recorded twice");
  EXPECT_EQ(tap_record("1..2\nok 1\nBail out! no disk\n").problem, "it bailed out: no disk");
  EXPECT_EQ(tap_record("1..1\nnot ok 1\n  ---\n  error: x\n").problem, "it was cut off");
  EXPECT_EQ(tap_record("hello\n").problem, "it has no line of TAP");
  EXPECT_THAT(tap_record("1..1\nok 1 - a\n    ok 1 - b\n    1..1\n").problem, HasSubstr("sub-tests"));
}

TEST(TapRecordTest, EverythingMayBeSkipped) {
  const auto record = tap_record("1..0 # SKIP no database\n");
  EXPECT_EQ(record.skipped, "no database");
  EXPECT_EQ(record.problem, "");
}

// But for the end of its last line, where nothing is lost.
TEST(TapRecordTest, NoPartOfARecordIsWhole) {
  for (const std::string whole : {"1..3\nok 1 - a\n    ok 1 - c\n    1..1\nok 2 - b\nnot ok 3 - d\n",
                                  "ok 1 - a\nnot ok 2 - b\n  ---\n  error: x\n  ...\n1..2\n"}) {
    const auto all = shown(tap_record(whole));
    ASSERT_EQ(tap_record(whole).problem, "");
    for (size_t size = 0; size < whole.size(); ++size) {
      const auto part = tap_record(whole.substr(0, size));
      EXPECT_TRUE(!part.problem.empty() || part.cases.size() == all.size()) << whole.substr(0, size);
    }
  }
}

}  // namespace
