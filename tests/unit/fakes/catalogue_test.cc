#include "http/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/not_implemented.h"

namespace fakes::http {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;

std::string gap(const std::string& real, const std::string& ours, const Json& body,
                const std::string& query = "") {
  try {
    require_ours(Names(real), Names(ours), body, Query(query));
    return "";
  } catch (const NotImplemented& e) {
    EXPECT_EQ(e.status, 501);
    return e.gap;
  }
}

TEST(CatalogueTest, WhatOnlyTheRealServiceHasIsNamed) {
  EXPECT_EQ(gap("name archived", "name", {{"name", "x"}, {"archived", true}}), "archived");
  EXPECT_EQ(gap("name archived homepage", "name", {{"homepage", nullptr}, {"archived", false}}),
            "archived, homepage");
  EXPECT_EQ(gap("name", "name", {{"name", "x"}, {"nonsense", 1}}), "") << "the real service ignores it";
  EXPECT_EQ(gap("name", "name", {{"Name", "x"}}), "") << "another name";
  EXPECT_EQ(gap("", "", "text"), "");
}

TEST(CatalogueTest, QueriesTooOnceEach) {
  EXPECT_EQ(gap("name ?sort ?page", "?page", {{"name", 1}}, "sort=a&page=2&sort=b&x=y"), "name, ?sort");
  EXPECT_EQ(gap("?q", "", Json::object(), "%71"), "?q") << "a name without a value, encoded";
}

TEST(CatalogueTest, FieldsOfObjectsAndOfLists) {
  const std::string real = "config config.url config.ssl files files[].path files[].mode [].id";
  EXPECT_EQ(gap(real, "config config.url", {{"config", {{"url", 1}, {"ssl", 2}, {"else", 3}}}}),
            "config.ssl");
  EXPECT_EQ(gap(real, "files files[].path", {{"files", {{{"path", 1}}, {{"mode", 2}}}}}), "files[].mode");
  EXPECT_EQ(gap(real, "", {{"config", {{"url", 1}}}}), "config") << "its fields are not named beside it";
  EXPECT_EQ(gap(real, "", {{"files", {{{"path", 1}}}}}), "files");
  EXPECT_EQ(gap(real, "", Json::array({{{"id", 1}}})), "[].id");
  EXPECT_EQ(gap("a ab", "", {{"a", 1}, {"ab", 2}}), "a, ab")
      << "the beginning of a name is not what it lies in";
}

TEST(CatalogueTest, FieldsBelowAnyKey) {
  const std::string real = "comments comments.{}[].line comments.{}[].fix";
  const Json body{{"comments", {{"dir/a.txt", {{{"line", 1}, {"fix", 2}, {"else", 3}}}}}}};
  EXPECT_EQ(gap(real, "comments comments.{}[].line", body), "comments.{}[].fix");
  EXPECT_EQ(gap(real, "comments comments.{}[].line comments.{}[].fix", body), "");
}

TEST(CatalogueTest, ALineIsARoute) {
  const auto routes =
      read_catalogue("# people\nGET /users/{login} ?page +raw\n\nPATCH /user name bio\nDELETE /user\n");
  ASSERT_EQ(routes.size(), 3u);
  EXPECT_EQ(routes[0].pattern, "/users/{login}");
  EXPECT_THAT(routes[0].names.queries, ElementsAre("page"));
  EXPECT_THAT(routes[0].names.forms, ElementsAre("raw"));
  EXPECT_EQ(routes[1].method, "PATCH");
  EXPECT_THAT(routes[1].names.fields, ElementsAre("bio", "name"));
  EXPECT_THAT(routes[2].names.fields, ElementsAre());
  EXPECT_THROW(read_catalogue("GET users"), std::invalid_argument);
}

TEST(CatalogueTest, StarsAndFarRoutes) {
  const auto routes = read_catalogue("~ GET,PUT /a/*/b/**\nGET /a/*\n");
  ASSERT_EQ(routes.size(), 3u);
  EXPECT_EQ(routes[0].pattern, "/a/{1}/b/{2...}");
  EXPECT_EQ(routes[1].method, "PUT");
  EXPECT_FALSE(routes[1].is_named);
  EXPECT_TRUE(routes[2].is_named);
  EXPECT_EQ(shape_of("GET", "/a/{1}/b/{2...}"), shape_of("GET", "/a/{x...}/b/{y}"));
  EXPECT_NE(shape_of("GET", "/a/{1}"), shape_of("PUT", "/a/{1}"));
  EXPECT_NE(shape_of("GET", "/a/{1}"), shape_of("GET", "/a/b"));
}

TEST(CatalogueTest, AValueThatAsksForNothing) {
  EXPECT_EQ(gap("name notes", "name notes=false", {{"name", "x"}, {"notes", false}}), "");
  EXPECT_EQ(gap("name notes", "name notes=false", {{"name", "x"}, {"notes", true}}), "notes");
  EXPECT_EQ(gap("name notes", "name notes=false", {{"notes", nullptr}}), "notes");
}

TEST(CatalogueTest, AllOfAnObject) {
  EXPECT_EQ(gap("permissions permissions.issues permissions.issues.x", "permissions permissions.*",
                {{"permissions", {{"issues", {{"x", 1}}}}}}),
            "");
  EXPECT_EQ(gap("permissions permissions.issues", "permissions", {{"permissions", {{"issues", 1}}}}),
            "permissions.issues");
}

}  // namespace
}  // namespace fakes::http
