#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TextTest, SplitKeepsEmptyParts) {
  EXPECT_THAT(split("a,b", ','), ElementsAre("a", "b"));
  EXPECT_THAT(split(",a,,b,", ','), ElementsAre("", "a", "", "b", ""));
  EXPECT_THAT(split("whole", ','), ElementsAre("whole"));
  EXPECT_THAT(split("", ','), IsEmpty());
  EXPECT_THAT(split("one\ntwo\n", '\n'), ElementsAre("one", "two", ""));
}

TEST(TextTest, JoinIsTheInverseOfSplit) {
  EXPECT_EQ(join({"a", "", "b"}, ", "), "a, , b");
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join(split("x/y//z", '/'), "/"), "x/y//z");
}

TEST(TextTest, FirstOfSaysHowManyMoreThereAre) {
  EXPECT_EQ(first_of({"a", "b", "c"}, 3), "a, b, c");
  EXPECT_EQ(first_of({"a", "b", "c", "d"}, 3), "a, b, c and 1 more");
  EXPECT_EQ(first_of({}, 3), "");
}

TEST(TextTest, WhatReplacesIsNotReplaced) {
  std::string text = "{a} {a}b";
  replace_all(text, "{a}", "{a}{a}");
  EXPECT_EQ(text, "{a}{a} {a}{a}b");
}

TEST(TextTest, TrimTakesBlanksFromBothEnds) {
  EXPECT_EQ(trim(" \t\r\n a b \n"), "a b");
  EXPECT_EQ(trim(" \n\t"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(TextTest, TailGivesTheLastLines) {
  EXPECT_EQ(tail("a\nb\nc\n", 2), "b\nc");
  EXPECT_EQ(tail("a\nb\nc", 2), "b\nc");
  EXPECT_EQ(tail("a\nb", 5), "a\nb");
  EXPECT_EQ(tail("only", 1), "only");
  EXPECT_EQ(tail("", 3), "");
  EXPECT_EQ(tail("\n\n", 3), "");
}

TEST(TextTest, TailOfATextThatBeginsWithAnEmptyLine) {
  EXPECT_EQ(tail("\na", 1), "a");
  EXPECT_EQ(tail("\na", 2), "\na");
  EXPECT_EQ(tail("\n\na", 2), "\na");
}

TEST(TextTest, TailOfNoLinesIsEmpty) { EXPECT_EQ(tail("abc", 0), ""); }

TEST(TextTest, NearestFindsASmallSlip) {
  EXPECT_EQ(nearest("manifset", {"image", "manifest", "expose"}), "manifest");
  EXPECT_EQ(nearest("dec", {"desk", "deck"}), "deck");
  EXPECT_EQ(nearest("al", {"all"}), "all");
  EXPECT_EQ(nearest("x", {"j"}), "j");
}

TEST(TextTest, NearestGuessesNothingThatIsFar) {
  EXPECT_EQ(nearest("entirely", {"image", "manifest"}), std::nullopt);
  EXPECT_EQ(nearest("ab", {"xy"}), std::nullopt);
  EXPECT_EQ(nearest("word", {}), std::nullopt);
}

TEST(TextTest, NearestTakesTheFirstOfEquallyNearOnes) { EXPECT_EQ(nearest("bat", {"cat", "hat"}), "cat"); }

TEST(TextTest, Utf8OfEveryLength) {
  EXPECT_EQ(invalid_utf8("a \x7f \xc3\xa9 \xe4\xbd\xa0 \xed\x9f\xbf \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf"),
            std::string::npos);
  EXPECT_EQ(invalid_utf8(""), std::string::npos);
}

// RFC 3629: cut short, a lone continuation, longer than need be, surrogates, above U+10FFFF.
TEST(TextTest, WhatIsNoUtf8) {
  for (const char* bad :
       {"ab\xc3", "ab\xe4\xbd", "ab\x80", "ab\xc3z", "ab\xc0\x80", "ab\xc1\xbf", "ab\xe0\x9f\xbf",
        "ab\xf0\x8f\xbf\xbf", "ab\xed\xa0\x80", "ab\xf4\x90\x80\x80", "ab\xff\xfe"})
    EXPECT_EQ(invalid_utf8(bad), 2u) << bad;
  EXPECT_EQ(invalid_utf8("\xff ok \xff", 1), 5u);
}

TEST(TextTest, SecondsReadWell) {
  EXPECT_EQ(format_seconds(0), "0.0s");
  EXPECT_EQ(format_seconds(0.84), "0.8s");
  EXPECT_EQ(format_seconds(12.34), "12.3s");
  EXPECT_EQ(format_seconds(60), "1m00s");
  EXPECT_EQ(format_seconds(125.2), "2m05s");
  EXPECT_EQ(format_seconds(3599.6), "60m00s");
}

TEST(TextTest, SecondsNeverRoundUpToSixty) {
  EXPECT_EQ(format_seconds(59.94), "59.9s");
  EXPECT_EQ(format_seconds(59.97), "1m00s");
}

}  // namespace
}  // namespace harness
