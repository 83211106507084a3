#include "base/template.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

constexpr auto kBraces = TemplateSyntax::braces;
constexpr auto kDollar = TemplateSyntax::dollar;

const TemplateValues& values() {
  static const TemplateValues all{
      {"tests",
       {.text = [](auto between) { return "<" + std::string(between) + ">"; }, .takes_argument = true}},
      {"results", {[](auto) { return std::string("{tests}"); }}}};
  return all;
}
const TemplateValues& names() {
  static const TemplateValues all{{"NAME", {[](auto) { return std::string("${NAME}"); }}}};
  return all;
}

TEST(TemplateTest, FillsInNamesInBraces) {
  for (const auto& [text, expected] : std::map<std::string, std::string>{
           {"", ""},
           {"run {tests}", "run <>"},
           {"{tests}{tests:|}", "<><|>"},
           {"{tests: or }x", "< or >x"},
           {"'^('{tests:|}')$'", "'^('<|>')$'"},
           {"{results}/{tests}", "{tests}/<>"},  // what comes in is not looked at again
           {"{results:x}", "{results:x}"},
           {"${tests} ${tests:-x}", "${tests} ${tests:-x}"},  // of the shell
           {"{{tests}} {{tests:|}}", "{tests} {tests:|}"},
           {"{{tests} {tests}}", "{<> <>}"},
           {"{{.Name}} {{other}}", "{{.Name}} {{other}}"},
           {"awk '{print}' {} \\; {a,b} { tests } {tests", "awk '{print}' {} \\; {a,b} { tests } {tests"},
           {"{tests:", "{tests:"}})
    EXPECT_EQ(fill_template(text, kBraces, values()), expected) << text;
}

TEST(TemplateTest, FillsInNamesAfterADollar) {
  for (const auto& [text, expected] :
       std::map<std::string, std::string>{{"a-${NAME}.svc", "a-${NAME}.svc"},
                                          {"$${NAME} $$NAME $NAME", "${NAME} $$NAME $NAME"},
                                          {"${OTHER} $${OTHER} ${NAME", "${OTHER} $${OTHER} ${NAME"}})
    EXPECT_EQ(fill_template(text, kDollar, names()), expected) << text;
  EXPECT_EQ(fill_template("x${NAME}y", kDollar, {{"NAME", {[](auto) { return std::string("1"); }}}}), "x1y");
}

TEST(TemplateTest, ANameThatIsNearlyRightIsAProblem) {
  EXPECT_EQ(template_problem("run {test}", kBraces, values()),
            "{test} stands for nothing here; did you mean {tests}?");
  EXPECT_EQ(template_problem("{result}/x.xml", kBraces, values()),
            "{result} stands for nothing here; did you mean {results}?");
  EXPECT_EQ(template_problem("{results:,}", kBraces, values()),
            "{results:,} stands for nothing here; {results} takes no argument");
  EXPECT_EQ(template_problem("${NAMES}", kDollar, names()),
            "${NAMES} stands for nothing here; did you mean ${NAME}?");
  for (const char* text : {"{tests} {print} {} {{test}} ${test} {a,b} { test }", "{tests:|}", "{targets}"})
    EXPECT_EQ(template_problem(text, kBraces, values()), std::nullopt) << text;
  for (const char* text : {"${HOME} ${NAME} $${NAMES} $NAMES", "{NAMES}"})
    EXPECT_EQ(template_problem(text, kDollar, names()), std::nullopt) << text;
}

TEST(TemplateTest, SaysWhatATextNames) {
  EXPECT_TRUE(template_names("x {tests:|}", kBraces, "tests"));
  EXPECT_FALSE(template_names("x {{tests}} ${tests}", kBraces, "tests"));
}

}  // namespace
}  // namespace harness
