#include "cli/outside.h"

#include <gmock/gmock.h>

namespace harness {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

TEST(OutsideTest, ALineForEachComponentWithMostAttemptsFirst) {
  EXPECT_THAT(folded({{"deck", "a.example", 1},
                      {"hook", "1.2.3.4:443/tcp", 2},
                      {"hook", "b.example", 3},
                      {"hook", "c.example", 1},
                      {"hook", "d.example", 1}}),
              ElementsAre("hook: b.example (3 times), 1.2.3.4:443/tcp (2 times), c.example (once) and 1 more",
                          "deck: a.example (once)"));
  EXPECT_THAT(folded({}), SizeIs(0));
}

TEST(OutsideTest, PodsOfNoComponentAreOneLineOfTheirNamespace) {
  EXPECT_THAT(folded({{"pod test-pods/x-1", "a.example", 1},
                      {"pod test-pods/x-2", "a.example", 1},
                      {"pod other/y", "a.example", 1},
                      {"other", "a.example", 1}}),
              ElementsAre("2 pods in test-pods: a.example (2 times)", "other: a.example (once)",
                          "pod other/y: a.example (once)"));
}

TEST(OutsideTest, TenLines) {
  std::vector<OutsideAttempt> attempts;
  for (int i = 0; i < 10; ++i) attempts.push_back({"component-" + std::to_string(i), "a.example", 1});
  EXPECT_THAT(folded(attempts), SizeIs(10));
  EXPECT_EQ(folded(attempts).back(), "component-9: a.example (once)");
  attempts.push_back({"last", "a.example", 1});
  EXPECT_THAT(folded(attempts), SizeIs(10));
  EXPECT_EQ(folded(attempts).back(), "and 2 others: report.html lists all");
}

}  // namespace
}  // namespace harness
