#include "suite/recorded_case.h"

#include <gmock/gmock.h>

using namespace harness;
using testing::ElementsAre;

namespace {

std::vector<std::string> names(const std::vector<RecordedCase>& cases) {
  std::vector<std::string> all;
  for (const auto& name : names_of_cases(cases))
    all.push_back((name.class_name.empty() ? "" : name.class_name + "/") + name.name);
  return all;
}

TEST(RecordedCaseTest, NamesHaveWhatTellsThemApart) {
  EXPECT_THAT(names({{"s", "C", "a"}, {"s", "C", "b"}}), ElementsAre("C/a", "C/b"));
  EXPECT_THAT(names({{"s", "same", "same"}}), ElementsAre("same"));  // CTest's, jest-junit's
  EXPECT_THAT(names({{"x.js", "C", "a"}, {"y.js", "C", "a"}, {"y.js", "C", "b"}}),
              ElementsAre("x.js/C/a", "y.js/C/a", "C/b"));
  EXPECT_THAT(names({{"s", "C", "a[1]"}, {"s", "C", "p"}, {"s", "C", "p"}, {"s", "C", "p #2"}}),
              ElementsAre("C/a[1]", "s/C/p", "s/C/p #2", "C/p #2"));
  EXPECT_THAT(names({{"s", "com.acme.Set", ""}, {"", "", ""}}), ElementsAre("com.acme.Set", "(no name)"));
}

std::vector<std::string> called(const std::string& listed, const std::vector<RecordedCase>& cases) {
  std::vector<std::string> all;
  for (const auto* one : cases_called(listed, cases)) all.push_back(one->class_name + "|" + one->name);
  return all;
}

TEST(RecordedCaseTest, AListedNameIsFoundWithOrWithoutItsClass) {
  const std::vector<RecordedCase> cases{
      {"s", "pkg.Foo", "bar"}, {"s", "pkg.Baz", "bar"}, {"file.js", "", "group › works"}, {"s", "bar", "x"}};
  EXPECT_THAT(called("pkg.Foo#bar", cases), ElementsAre("pkg.Foo|bar"));
  EXPECT_THAT(called("pkg.Baz.bar", cases), ElementsAre("pkg.Baz|bar"));
  EXPECT_THAT(called("bar", cases), ElementsAre("pkg.Foo|bar", "pkg.Baz|bar"));
  EXPECT_THAT(called("file.js › group › works", cases), ElementsAre("|group › works"));
  EXPECT_THAT(called("ar", cases), ElementsAre());
  EXPECT_THAT(called("oo.bar", cases), ElementsAre());
}

}  // namespace
