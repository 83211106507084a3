#include "http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fakes::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Handler named(const std::string& name) {
  return [name](const Request&) { return text(200, name); };
}

std::string answer_of(const Router& router, const std::string& method, const std::string& path) {
  const auto match = router.match(method, path);
  return match.route ? match.route->handler(Request{}).body : "none";
}

TEST(Router, FindsALiteralPath) {
  Router router;
  router.handle("GET", "/healthz", named("health"));
  EXPECT_EQ(answer_of(router, "GET", "/healthz"), "health");
  EXPECT_EQ(answer_of(router, "GET", "/healthz/"), "none");
  EXPECT_EQ(answer_of(router, "GET", "/Healthz"), "none");
  EXPECT_EQ(answer_of(router, "GET", "/"), "none");
}

TEST(Router, GivesTheParametersOfThePattern) {
  Router router;
  router.handle("GET", "/repos/{owner}/{repo}/issues/{number}", named("issue"));
  EXPECT_THAT(router.match("GET", "/repos/a/b/issues/7").params,
              ElementsAre(Pair("number", "7"), Pair("owner", "a"), Pair("repo", "b")));
  EXPECT_EQ(router.match("GET", "/repos/a/b/issues").route, nullptr);
  EXPECT_EQ(router.match("GET", "/repos/a/b/issues/").route, nullptr);
  EXPECT_EQ(router.match("GET", "/repos/a/b/issues/7/8").route, nullptr);
}

TEST(Router, AnEncodedSlashDoesNotEndASegment) {
  Router router;
  router.handle("GET", "/projects/{name}", named("project"));
  EXPECT_EQ(router.match("GET", "/projects/a%2Fb%20c").params.at("name"), "a/b c");
}

TEST(Router, TheRestTakesEverythingThatIsLeft) {
  Router router;
  router.handle("GET", "/repo/{path...}", named("repo"));
  EXPECT_EQ(router.match("GET", "/repo/org1/repo4/info/refs").params.at("path"), "org1/repo4/info/refs");
  EXPECT_EQ(router.match("GET", "/repo/x").params.at("path"), "x");
  EXPECT_EQ(router.match("GET", "/repo").route, nullptr);
}

TEST(Router, TheMoreSpecificPatternWinsWhicheverCameFirst) {
  Router router;
  router.handle("GET", "/{path...}", named("rest"));
  router.handle("GET", "/a/{x}", named("one"));
  router.handle("GET", "/a/b", named("literal"));
  router.handle("GET", "/{x}/b", named("first is a parameter"));
  EXPECT_EQ(answer_of(router, "GET", "/a/b"), "literal");
  EXPECT_EQ(answer_of(router, "GET", "/a/c"), "one");
  EXPECT_EQ(answer_of(router, "GET", "/c/b"), "first is a parameter");
  EXPECT_EQ(answer_of(router, "GET", "/c/d/e"), "rest");
}

TEST(Router, SaysWhichMethodsAPathTakes) {
  Router router;
  router.handle("GET", "/a/{x}", named("get"));
  router.handle("POST", "/a/b", named("post"));
  router.handle("DELETE", "/c", named("delete"));
  EXPECT_EQ(router.match("PUT", "/a/b").allow, "GET, HEAD, POST");
  EXPECT_EQ(router.match("PUT", "/a/c").allow, "GET, HEAD");
  EXPECT_EQ(router.match("PUT", "/d").allow, "");
  EXPECT_EQ(answer_of(router, "GET", "/a/b"), "get");
}

TEST(Router, AnswersHeadAsGetButForARouteOfItsOwn) {
  Router router;
  router.handle("GET", "/a", named("get a"));
  router.handle("GET", "/b", named("get b"));
  router.handle("HEAD", "/b", named("head b"));
  router.handle("POST", "/c", named("post c"));
  EXPECT_EQ(answer_of(router, "HEAD", "/a"), "get a");
  EXPECT_EQ(answer_of(router, "HEAD", "/b"), "head b");
  EXPECT_EQ(answer_of(router, "HEAD", "/c"), "none");
}

TEST(Router, TheRestMayStandInTheMiddle) {
  Router router;
  router.handle("GET", "/branches/{branch...}", named("branch"));
  router.handle("GET", "/branches/{branch...}/protection", named("protection"));
  router.handle("GET", "/branches/{branch...}/protection/checks", named("checks"));
  const auto answer = [&](const std::string& path) {
    const auto match = router.match("GET", path);
    return match.route ? match.route->handler({}).body + " " + match.params.at("branch") : "none";
  };
  EXPECT_EQ(answer("/branches/a"), "branch a");
  EXPECT_EQ(answer("/branches/a/b"), "branch a/b");
  EXPECT_EQ(answer("/branches/a/protection"), "protection a");
  EXPECT_EQ(answer("/branches/a/b/protection"), "protection a/b");
  EXPECT_EQ(answer("/branches/a%2Fb/protection/checks"), "checks a/b");
  EXPECT_EQ(answer("/branches/protection"), "branch protection") << "a branch has a name";
  EXPECT_EQ(answer("/branches"), "none");
}

TEST(Router, RefusesPatternsThatCannotWork) {
  Router router;
  router.handle("GET", "/a/{x}", named("x"));
  EXPECT_THROW(router.handle("GET", "/a/{y}", named("y")), std::invalid_argument);
  EXPECT_THROW(router.handle("GET", "a", named("a")), std::invalid_argument);
  EXPECT_THROW(router.handle("GET", "/{path...}/b/{more...}", named("b")), std::invalid_argument);
  EXPECT_THROW(router.handle("GET", "/{}", named("c")), std::invalid_argument);
  EXPECT_THROW(router.handle("GET", "/v{x}", named("d")), std::invalid_argument);
  EXPECT_NO_THROW(router.handle("POST", "/a/{y}", named("e")));
}

TEST(Router, AWrongEncodingIsABadRequest) {
  const Router router;
  try {
    router.match("GET", "/a%zz");
    FAIL() << "nothing was thrown";
  } catch (const HttpError& e) {
    EXPECT_EQ(e.status, 400);
  }
}

}  // namespace
}  // namespace fakes::http
