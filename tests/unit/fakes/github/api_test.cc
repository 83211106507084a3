// What every answer has: users, errors, pages, ETags, URLs.
#include "fake.h"
#include "github/text.h"

namespace fakes::github {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

class ApiTest : public GitHubTest {};

TEST_F(ApiTest, ATokenNamesItsUser) {
  const auto login = [&](const std::string& authorization) {
    const auto answer = support::request(port_, "GET", "/user", "", {"Authorization: " + authorization});
    return answer.status == 200 ? answer.json()["login"].get<std::string>() : std::to_string(answer.status);
  };
  EXPECT_EQ(login("token login:Octo-Cat"), "Octo-Cat");
  EXPECT_EQ(login("Bearer login:bob"), "bob");
  EXPECT_EQ(login("token ghp_anything"), "ci-robot");
  EXPECT_EQ(login("Basic " + base64("carol:secret")), "carol");
  EXPECT_EQ(login("Basic " + base64("x:login:dave")), "dave");
  EXPECT_EQ(login("token"), "401");
  EXPECT_EQ(login("token login:"), "401");
  EXPECT_EQ(login("Basic !!!"), "401");
  EXPECT_EQ(login("Digest x"), "401");
  EXPECT_EQ(support::request(port_, "GET", "/user").status, 401);
}

TEST_F(ApiTest, WithoutATokenPublicRepositoriesAreRead) {
  must(201, "POST", "/user/repos", {{"name", "secret"}, {"private", true}});
  actor_ = "";
  get("");
  must(404, "GET", "/repos/alice/secret");
  const Json error = must(401, "POST", "issues", {{"title", "x"}});
  EXPECT_EQ(error["message"], "Requires authentication");
}

TEST_F(ApiTest, ErrorsAreGitHubs) {
  EXPECT_EQ(must(404, "GET", "/repos/octo/none")["message"], "Not Found");
  EXPECT_EQ(must(404, "GET", "/no/such/route")["message"], "Not Found");
  EXPECT_EQ(must(404, "POST", "/no/such/route")["message"], "Not Found");
  EXPECT_EQ(ask("POST", "/repos/octo/hello/issues", "{").json()["message"], "Problems parsing JSON");
  EXPECT_EQ(ask("POST", "/repos/octo/hello/issues", "{").status, 400);
  EXPECT_EQ(ask("POST", "/repos/octo/hello/issues", "[]").status, 400);
  EXPECT_EQ(ask("POST", "/repos/octo/hello/issues", "1").status, 400);
  EXPECT_EQ(must(422, "POST", "issues", Json::object())["errors"],
            Json::parse(R"([{"resource": "Issue", "field": "title", "code": "missing_field"}])"));
  EXPECT_EQ(must(422, "POST", "issues", {{"title", 1}})["errors"][0]["code"], "invalid");
  EXPECT_TRUE(must(404, "GET", "issues/99")["documentation_url"].is_string());
  for (const char* number : {"0", "-1", "x", "99999999999999999999", "1x"})
    must(404, "GET", std::string("issues/") + number);
}

TEST_F(ApiTest, UnknownFieldsAreIgnored) {
  must(201, "POST", "issues", {{"title", "x"}, {"nonsense", {1, 2}}});
}

TEST_F(ApiTest, NamesHaveNoCase) {
  EXPECT_EQ(get("/repos/OCTO/Hello")["full_name"], "octo/hello");
  must(422, "POST", "/orgs/Octo/repos", {{"name", "HELLO"}});
}

TEST_F(ApiTest, PagesAreLinked) {
  for (int i = 1; i <= 7; ++i) must(201, "POST", "issues", {{"title", std::to_string(i)}});
  EXPECT_FALSE(ask("GET", "/repos/octo/hello/issues").headers.contains("link"));
  const auto answer = ask("GET", "/repos/octo/hello/issues?per_page=2&page=2&labels=&direction=asc");
  EXPECT_THAT(column(answer.json(), "title"), ElementsAre("3", "4"));
  const std::string url = "<http://test/repos/octo/hello/issues?per_page=2&labels=&direction=asc&page=";
  EXPECT_EQ(answer.headers.at("link"), url + "1>; rel=\"prev\", " + url + "3>; rel=\"next\", " + url +
                                           "4>; rel=\"last\", " + url + "1>; rel=\"first\"");
  EXPECT_EQ(get("/repos/octo/hello/issues?per_page=2&page=4").size(), 1u);
  EXPECT_EQ(get("/repos/octo/hello/issues?per_page=2&page=5").size(), 0u);
  EXPECT_EQ(get("/repos/octo/hello/issues?per_page=0&page=x").size(), 7u);
  for (int i = 8; i <= 101; ++i) must(201, "POST", "issues", {{"title", std::to_string(i)}});
  EXPECT_EQ(get("issues").size(), 30u);
  EXPECT_EQ(get("/repos/octo/hello/issues?per_page=500").size(), 100u);
}

TEST_F(ApiTest, WhatDidNotChangeIsNotSentAgain) {
  const auto first = ask("GET", "/repos/octo/hello/issues");
  const std::string etag = first.headers.at("etag");
  EXPECT_THAT(etag, MatchesRegex("W/\"[0-9a-f]+\""));
  const auto again = ask("GET", "/repos/octo/hello/issues", "", {"If-None-Match: " + etag});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.headers.at("etag"), etag);
  must(201, "POST", "issues", {{"title", "x"}});
  EXPECT_EQ(ask("GET", "/repos/octo/hello/issues", "", {"If-None-Match: " + etag}).status, 200);
}

TEST_F(ApiTest, UrlsAreThoseOfTheClient) {
  EXPECT_EQ(get("")["url"], "http://test/repos/octo/hello");
  EXPECT_EQ(get("/api/v3/repos/octo/hello")["url"], "http://test/api/v3/repos/octo/hello");
  EXPECT_EQ(get("/api/v3/repos/octo/hello")["html_url"], "http://test/octo/hello");
  const auto forwarded =
      ask("GET", "/repos/octo/hello", "", {"X-Forwarded-Prefix: /fakeghserver/", "X-Forwarded-Proto: https"});
  EXPECT_EQ(forwarded.json()["url"], "https://test/fakeghserver/repos/octo/hello");
  must(201, "POST", "issues", {{"title", "1"}});
  must(201, "POST", "issues", {{"title", "2"}});
  EXPECT_THAT(ask("GET", "/api/v3/repos/octo/hello/issues?per_page=1").headers.at("link"),
              HasSubstr("<http://test/api/v3/repos/octo/hello/issues?per_page=1&page=2>"));
}

class PublicUrlTest : public GitHubTest {
 protected:
  PublicUrlTest()
      : GitHubTest({.git_server = "http://git/", .public_url = "http://localhost/fakeghserver/"}) {}
};

TEST_F(PublicUrlTest, IsWhatUrlsBeginWith) {
  const auto json = get("/api/v3/repos/octo/hello");
  EXPECT_EQ(json["url"], "http://localhost/fakeghserver/api/v3/repos/octo/hello");
  EXPECT_EQ(json["html_url"], "http://localhost/fakeghserver/octo/hello");
  EXPECT_EQ(json["clone_url"], "http://git/repo/octo/hello");
}

TEST_F(ApiTest, RequestsAreCounted) {
  const auto first = ask("GET", "/repos/octo/hello"), second = ask("GET", "/repos/octo/hello");
  EXPECT_EQ(std::stoi(first.headers.at("x-ratelimit-remaining")) - 1,
            std::stoi(second.headers.at("x-ratelimit-remaining")));
  const auto core = get("/rate_limit")["resources"]["core"];
  EXPECT_EQ(core["limit"], 5000);
  EXPECT_EQ(core["remaining"].get<int>() + core["used"].get<int>(), 5000);
}

TEST_F(ApiTest, UsersAndOrganizations) {
  seed_json({{"users", {"Zed", {{"login", "Acme"}, {"type", "Organization"}}}}});
  EXPECT_EQ(get("/users/zed")["login"], "Zed");
  EXPECT_EQ(get("/users/acme")["type"], "Organization");
  EXPECT_EQ(get("/orgs/ACME")["login"], "Acme");
  must(404, "GET", "/users/nobody");
  must(404, "GET", "/orgs/zed");
  EXPECT_EQ(user_id("ZED"), user_id("zed"));
  EXPECT_NE(user_id("zed"), user_id("zee"));
}

TEST_F(ApiTest, RepositoriesAreMadeEditedAndDeleted) {
  const auto made =
      must(201, "POST", "/user/repos", {{"name", "new"}, {"auto_init", true}, {"description", "d"}});
  EXPECT_EQ(made["full_name"], "alice/new");
  EXPECT_EQ(made["owner"]["login"], "alice");
  EXPECT_EQ(get("/repos/alice/new/commits")[0]["commit"]["message"], "Initial commit");
  EXPECT_EQ(must(422, "POST", "/user/repos", {{"name", "New"}})["errors"][0]["message"],
            "name already exists on this account");
  EXPECT_EQ(must(201, "POST", "/user/repos", {{"name", "a/b  c! \u00fc.d_e"}})["name"], "a-b-c-.d_e");
  must(204, "DELETE", "/repos/alice/a-b-c-.d_e");
  must(422, "PATCH", "/repos/alice/new", {{"name", "a b"}});
  for (const auto& none : {std::string(101, 'x'), std::string(".."), std::string("x.git")})
    must(422, "POST", "/user/repos", {{"name", none}});
  EXPECT_EQ(must(201, "POST", "/orgs/acme/repos", {{"name", "tool"}})["owner"]["type"], "Organization");
  EXPECT_THAT(column(get("/user/repos"), "name"), ElementsAre("new"));
  EXPECT_THAT(column(get("/orgs/acme/repos"), "full_name"), ElementsAre("acme/tool"));
  EXPECT_EQ(must(200, "PATCH", "/repos/alice/new", {{"has_issues", false}})["has_issues"], false);
  must(422, "PATCH", "/repos/alice/new", {{"default_branch", "none"}});
  must(204, "DELETE", "/repos/alice/new");
  must(404, "GET", "/repos/alice/new");
  EXPECT_EQ(must(409, "GET", "/repos/acme/tool/commits")["message"], "Git Repository is empty.");
  EXPECT_EQ(must(409, "POST", "/repos/acme/tool/git/blobs", {{"content", "x"}})["message"],
            "Git Repository is empty.");
  must(409, "GET", "/repos/acme/tool/git/trees/main");
  must(409, "POST", "/repos/acme/tool/git/refs", {{"ref", "refs/heads/x"}, {"sha", kBase}});
}

TEST(TextTest, Times) {
  EXPECT_EQ(iso_time(1652963696), "2022-05-19T12:34:56Z");
  for (const char* text : {"2022-05-19T12:34:56Z", "2022-05-19T12:34:56.789Z", "2022-05-19T14:34:56+02:00",
                           "2022-05-19T12:34:56"})
    EXPECT_EQ(parse_time(text), 1652963696) << text;
  EXPECT_EQ(parse_time("1970-01-02"), 86400);
  for (const char* text : {"", "x", "2022-05-19T", "2022-05-19T12:34", "2022-05-19T12:34:56X",
                           "2022-05-19T12:34:56.", "2022-05-19T12:34:56+2", "2022-5-19T12:34:56Z"})
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
}

TEST(TextTest, Codes) {
  EXPECT_EQ(sha1(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hmac_sha256("key", "The quick brown fox jumps over the lazy dog"),
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
  EXPECT_EQ(base64("hi:x"), "aGk6eA==");
  EXPECT_EQ(base64_decoded("aGk6eA=="), "hi:x");
  EXPECT_EQ(base64_decoded("a"), std::nullopt);
  EXPECT_EQ(url_encoded("a b/\xc3\xbc-._~"), "a%20b%2F%C3%BC-._~");
  EXPECT_THAT(uuid(), MatchesRegex("........-....-4...-....-............"));
}

}  // namespace
}  // namespace fakes::github
