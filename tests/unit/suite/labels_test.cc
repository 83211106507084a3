#include "suite/labels.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "support/errors.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(LabelsTest, AreShownInOneOrder) {
  EXPECT_THAT(in_order({"zeta", "slow", "beta", "alpha", "serial", "beta"}),
              ElementsAre("beta", "serial", "slow", "alpha", "zeta"));
  EXPECT_EQ(shown({"beta", "serial"}), "[BETA] [SERIAL]");
  EXPECT_EQ(shown({}), "");
}

TEST(LabelsTest, ExpressionsChoose) {
  const struct {
    const char* text;
    Labels labels;
    bool selected;
  } cases[] = {
      {"", {}, true},
      {"beta", {"beta"}, true},
      {"beta", {}, false},
      {"default,!beta", {"default"}, true},
      {"default,!beta", {"default", "beta"}, false},
      {"a || b, c", {"a", "c"}, true},
      {"a || b, c", {"a"}, false},
      {"(a || b) && !c", {"b"}, true},
      {"(a || b) && !c", {"b", "c"}, false},
      {"a || b && c", {"a"}, true},
      {"!!a", {"a"}, true},
      {"team/deck", {"team/deck"}, true},
      {"sig:net", {"sig:net"}, true},
      {"/^sig:(net|apps)$/ && !slow", {"sig:apps"}, true},
      {"/^sig:(net|apps)$/ && !slow", {"sig:storage"}, false},
      {"/^sig:(net|apps)$/ && !slow", {"sig:net", "slow"}, false},
      {"/a b/ || c", {"ab"}, false},
      {"/a b/ || c", {"a b"}, true},
  };
  for (const auto& c : cases)
    EXPECT_EQ(LabelExpression(c.text).selects(c.labels), c.selected) << c.text << " of " << shown(c.labels);
  EXPECT_THAT(LabelExpression("(a || b) && !c || /d/").names(), ElementsAre("a", "b", "c"));
}

TEST(LabelsTest, SayWhereAnExpressionIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"beta,,slow", "-labels: a label is expected\n  beta,,slow\n       ^"},
      {"(a || b", "-labels: this ( is not closed\n  (a || b\n   ^"},
      {"a b", "-labels: unexpected \"b\"\n  a b\n    ^"},
      {"!", "-labels: a label is expected\n  !\n   ^"},
      {"a && /b", "-labels: this / has no closing /\n  a && /b\n       ^"},
      {"/(/", "-labels: missing ): (\n  /(/\n  ^"},
      {"/(\x01/", "-labels: missing ): (?\n  /(?/\n  ^"},
      {"a\x01", "-labels: unexpected character\n  a?\n   ^"}};
  for (const auto& [text, message] : cases)
    EXPECT_EQ(std::string(error_of([&, t = text] { LabelExpression{t}; }).what()), message) << text;
}

TEST(LabelsTest, LongExpressionsAreReadAndDeepOnesRefused) {
  std::string terms = "a";
  for (int i = 0; i < 100'000; ++i) terms += "||a";
  EXPECT_TRUE(LabelExpression(terms).selects({"a"}));
  EXPECT_TRUE(LabelExpression(std::string(90, '!') + "a").selects({"a"}));
  for (const char* nested : {"!", "("})
    EXPECT_THAT(error_of([&] { LabelExpression(std::string(100'000, nested[0]) + "a"); }).what(),
                HasSubstr("nested ! and ("));
}

}  // namespace
}  // namespace harness
