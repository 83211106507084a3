#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "git/setup_repo.h"
#include "support.h"

namespace fakes::git {
namespace {

using fakes::support::order;
using ::testing::HasSubstr;

/// "400 what is wrong"; "" where nothing is.
std::string problem(const std::string& body) {
  try {
    parse_setup_order(body);
  } catch (const http::HttpError& e) {
    return std::to_string(e.status) + " " + e.what();
  }
  return "";
}

TEST(SetupOrder, TakesItsThreeFields) {
  const auto parsed =
      parse_setup_order(R"({"name": "org1/repo4", "overwrite": true, "script": "echo \u00e4"})");
  EXPECT_EQ(parsed.name, "org1/repo4");
  EXPECT_TRUE(parsed.overwrite);
  EXPECT_EQ(parsed.script, "echo \xc3\xa4");
}

TEST(SetupOrder, OverwritesOnlyWhenAsked) {
  EXPECT_FALSE(parse_setup_order(R"({"name": "a", "script": ""})").overwrite);
}

TEST(SetupOrder, RefusesWhatIsNoObject) {
  for (const std::string body : {"", "{", "{\"name\": }", "\xff", R"({"name": "a", "script": ""} x)"})
    EXPECT_THAT(problem(body), HasSubstr("400 the body is not JSON: ")) << body;
  for (const std::string body : {"[]", "1", "null", "\"a\""})
    EXPECT_THAT(problem(body), HasSubstr("400 the body is not a JSON object")) << body;
}

TEST(SetupOrder, NamesTheFieldThatIsWrong) {
  EXPECT_THAT(problem(R"({"script": ""})"), HasSubstr("400 the field \"name\" is missing"));
  EXPECT_THAT(problem(R"({"name": "a"})"), HasSubstr("400 the field \"script\" is missing"));
  EXPECT_THAT(problem(R"({"name": "a", "script": "", "force": true})"),
              HasSubstr("400 unknown field \"force\""));
  EXPECT_THAT(problem(R"({"Name": "a", "script": ""})"), HasSubstr("400 unknown field \"Name\""));
  EXPECT_EQ(problem(R"({"name": 1, "script": ""})"), "400 \"name\" must be a string, not 1");
  EXPECT_EQ(problem(R"({"name": "a", "script": null})"), "400 \"script\" must be a string, not null");
  EXPECT_EQ(problem(R"({"name": "a", "script": "", "overwrite": "yes"})"),
            "400 \"overwrite\" must be true or false, not \"yes\"");
}

TEST(SetupOrder, RefusesNamesAndScriptsThatCannotBe) {
  EXPECT_EQ(problem(order("../a", "")),
            "400 \"../a\" cannot be a repository's name: \"..\" begins with a dot");
  EXPECT_EQ(problem(R"({"name": "a", "script": "a\u0000b"})"),
            "400 \"script\" has a NUL character, which no shell takes");
  EXPECT_EQ(problem(order("a", std::string(131071, ' '))), "");
  EXPECT_THAT(problem(order("a", std::string(131072, ' '))), HasSubstr("413 \"script\" has 131072 bytes"));
}

}  // namespace
}  // namespace fakes::git
