#include "cli/fake_gaps.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "deploy/gateway.h"

namespace harness {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const Span::Time kBegin = std::chrono::system_clock::from_time_t(1652963696);  // 2022-05-19T12:34:56Z

json entry(const std::string& time, const std::string& gap = "archived", const std::string& test = "") {
  return {{"time", "2022-05-19T12:" + time + "Z"},
          {"method", "PATCH"},
          {"path", "/repos/o/r"},
          {"gap", gap},
          {"test", test}};
}

std::vector<FakeGap> gaps(const std::vector<json>& entries, const std::vector<Span>& spans = {},
                          uint64_t dropped = 0, const std::string& now = "2022-05-19T12:35:56.000Z") {
  return gaps_in({{"now", now}, {"gaps", entries}, {"dropped", dropped}}, "gh", kBegin + seconds(60), kBegin,
                 spans);
}

TEST(FakeGapsTest, TheSameIsCountedTogether) {
  const auto found = gaps(
      {entry("34:57.000"), entry("34:58.000", "?sort"), entry("34:58.500"), entry("34:59.000", "the route")});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(line_of(found[0]), "gh: PATCH /repos/o/r archived (2 times)");
  EXPECT_EQ(line_of(found[1]), "gh: PATCH /repos/o/r ?sort (once)");
  EXPECT_EQ(line_of(found[2]), "gh: PATCH /repos/o/r (once)");
}

TEST(FakeGapsTest, OnlyWhatIsOfThisRun) {
  EXPECT_THAT(gaps({entry("34:55.999")}), IsEmpty());
  EXPECT_EQ(gaps({entry("34:55.999"), entry("34:56.000")}).at(0).times, 1u);
  EXPECT_THAT(gaps({entry("34:55.000")}, {}, 3), IsEmpty()) << "what it dropped is older still";
  EXPECT_EQ(line_of(gaps({entry("34:57.000")}, {}, 3).at(1)),
            "gh: earlier requests that it did not keep (3 times)");
}

TEST(FakeGapsTest, WhatTheHarnessItselfAskedIsNoGap) {
  EXPECT_THAT(gaps({entry("34:57.000", "the route", kReachProbe)}), IsEmpty());
}

TEST(FakeGapsTest, ByTheTimesOfTests) {
  const std::vector<Span> spans = {{"test", "TestA", kBegin, kBegin + seconds(3)},
                                   {"test", "TestB", kBegin + seconds(2), kBegin + seconds(9)},
                                   {"image", "gh", kBegin, kBegin + seconds(9)}};
  const auto tests = [&](const std::string& time, const std::string& named = "") {
    return gaps({entry(time, "x", named)}, spans).at(0).tests;
  };
  EXPECT_THAT(tests("34:57.000"), ElementsAre("TestA"));
  EXPECT_THAT(tests("34:58.500"), ElementsAre("TestA", "TestB")) << "both ran";
  EXPECT_THAT(tests("34:58.500", "TestB"), ElementsAre("TestB")) << "the request says it";
  EXPECT_THAT(tests("35:20.000"), IsEmpty());
}

TEST(FakeGapsTest, AnotherClockIsSetRight) {
  const std::vector<Span> spans = {{"test", "TestA", kBegin, kBegin + seconds(3)}};
  const auto found = gaps({entry("44:57.000")}, spans, 0, "2022-05-19T12:45:56.000Z");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].tests, ElementsAre("TestA"));
  EXPECT_THAT(gaps({entry("44:55.000")}, spans, 0, "2022-05-19T12:45:56.000Z"), IsEmpty());
}

TEST(FakeGapsTest, ManyTestsAreCounted) {
  const FakeGap gap{
      .fake = "gh", .request = "GET /x", .what = "", .times = 7, .tests = {"A", "B", "C", "D", "E"}};
  EXPECT_EQ(line_of(gap), "gh: GET /x (7 times, A, B, C and 2 more tests)");
}

TEST(FakeGapsTest, NoSuchAnswer) {
  for (const json& answer : {json{{"gaps", 1}}, json{{"now", "x"}, {"gaps", json::array()}},
                             json{{"now", "2022-05-19T12:35:56.000Z"}, {"gaps", {1}}, {"dropped", 0}}})
    EXPECT_THROW(gaps_in(answer, "gh", kBegin, kBegin, {}), std::runtime_error) << answer;
}

}  // namespace
}  // namespace harness
