// What GitHub has and the fake has not is said, never passed over.
#include "fake.h"

namespace fakes::github {
namespace {

using testing::HasSubstr;

class GapsTest : public GitHubTest {
 protected:
  /// The gap that the journal has of a request with that X-Test-Id: it is written once the answer is out.
  std::string gap_of(const std::string& id) {
    Json found;
    EXPECT_TRUE(support::eventually([&] {
      found = Json::parse(support::request(port_, "GET", "/admin/requests?test=" + id).body);
      return !found.empty();
    }));
    return found.empty() ? "" : found[0].value("gap", "");
  }
  /// The gap of a request that is answered with 501.
  std::string gap(const std::string& method, const std::string& path, const Json& body = nullptr,
                  const std::vector<std::string>& headers = {}) {
    const std::string id = std::to_string(++asked_);
    auto with_id = headers;
    with_id.push_back("X-Test-Id: " + id);
    const auto answer = ask(method, path.starts_with('/') ? path : "/repos/octo/hello/" + path,
                            body.is_null() ? "" : body.dump(), with_id);
    EXPECT_EQ(answer.status, 501) << method << " " << path << "\n" << answer.body;
    if (answer.status != 501) return "";
    EXPECT_THAT(answer.json()["message"], HasSubstr("this fake does not have "));
    EXPECT_EQ(answer.json()["status"], "501");
    EXPECT_TRUE(answer.json()["documentation_url"].is_string());
    return gap_of(id);
  }

  int asked_ = 0;
};

TEST_F(GapsTest, Fields) {
  const Json before = get("");
  EXPECT_EQ(gap("PATCH", "/repos/octo/hello", {{"description", "new"}, {"merge_commit_title", "PR_TITLE"}}),
            "merge_commit_title");
  EXPECT_EQ(get("")["description"], before["description"]) << "nothing was done";
  EXPECT_EQ(gap("PATCH", "/repos/octo/hello",
                {{"security_and_analysis", {{"secret_scanning", {{"status", "enabled"}}}}}}),
            "security_and_analysis");
  EXPECT_EQ(gap("POST", "issues", {{"title", "x"}, {"type", "Bug"}}), "type");
  EXPECT_EQ(gap("POST", "issues", {{"title", "x"}, {"labels", {{{"name", "a"}, {"color", "fff"}}}}}),
            "labels[].color");
  EXPECT_EQ(gap("POST", "pulls", {{"issue", 1}, {"head", "topic"}, {"base", "main"}}), "issue");
  EXPECT_EQ(gap("POST", "releases", {{"tag_name", "v1"}, {"generate_release_notes", true}}),
            "generate_release_notes");
  EXPECT_EQ(get("issues").size(), 0u);
}

TEST_F(GapsTest, QueriesAndTheirValues) {
  EXPECT_EQ(gap("GET", "issues?type=Bug"), "?type");
  EXPECT_EQ(gap("GET", "pulls?sort=long-running"), "?sort=long-running");
  EXPECT_EQ(gap("GET", "/search/issues?q=is:open+linked:pr"), "q=linked:");
  EXPECT_EQ(gap("GET", "/search/issues?q=a+OR+b"), "q=OR");
  EXPECT_EQ(gap("GET", "/search/issues?q=is:queued"), "q=is:queued");
}

TEST_F(GapsTest, CountsForWhoeverAsks) {
  EXPECT_EQ(ask("GET", "/user/emails").headers.at("x-ratelimit-limit"), "5000");
}

TEST_F(GapsTest, Routes) {
  for (const std::string path :
       {"/repos/octo/hello/actions/runs", "/orgs/acme/rulesets", "/repos/octo/hello/forks", "/gists",
        "/search/code?q=x", "/emojis", "/api/v3/user/emails"})
    EXPECT_EQ(gap("GET", path), "the route") << path;
  EXPECT_EQ(gap("POST", "/graphql", {{"query", "{viewer{login}}"}}), "the route");
  EXPECT_EQ(gap("POST", "/repos/octo/hello/forks"), "the route");
}

TEST_F(GapsTest, WhatGitHubHasNotIsNoGap) {
  for (const auto& [method, path] : {std::pair{"GET", "/no/such"},
                                     {"GET", "/repos/octo/hello/nonsense"},
                                     {"DELETE", "/repos/octo/hello/issues"},
                                     {"PUT", "/user"},
                                     {"GET", "/orgs"}})
    must(404, method, path);
  must(201, "POST", "issues", {{"title", "x"}, {"nonsense", {{"title", 1}}}});
  EXPECT_EQ(ask("GET", "/repos/octo/hello/issues?nonsense=1", "", {"X-Test-Id: none"}).status, 200);
  EXPECT_EQ(gap_of("none"), "");
}

TEST_F(GapsTest, MediaTypes) {
  const auto accept = [](const std::string& types) { return std::vector<std::string>{"Accept: " + types}; };
  must(201, "POST", "issues", {{"title", "x"}});
  EXPECT_EQ(gap("GET", "issues/1", nullptr, accept("application/vnd.github.html+json")),
            "Accept: application/vnd.github.html+json");
  EXPECT_EQ(gap("GET", "issues/1", nullptr, accept("application/vnd.github.v3.full+json")),
            "Accept: application/vnd.github.v3.full+json");
  EXPECT_EQ(gap("GET", "/search/issues?q=x", nullptr, accept("application/vnd.github.text-match+json")),
            "Accept: application/vnd.github.text-match+json");
  for (const char* fine : {"application/vnd.github+json", "application/vnd.github.v3+json",
                           "application/json", "*/*", "application/vnd.github.squirrel-girl-preview+json",
                           "application/vnd.github.raw+json", "text/html, */*;q=0.1",
                           "application/vnd.github.mockingbird-preview, application/vnd.github.html;q=0.5",
                           "application/vnd.github.diff"}) {
    const auto answer = ask("GET", "/repos/octo/hello/issues/1", "", accept(fine));
    EXPECT_EQ(answer.status, 200) << fine << answer.body;
  }
  for (const char* none :
       {"text/html", "application/xml;q=0.9", "image/*", "application/vnd.github.html;q=0, text/plain"})
    EXPECT_EQ(ask("GET", "/repos/octo/hello/issues/1", "", accept(none)).status, 415) << none;
}

TEST_F(GapsTest, EventsOfHooks) {
  const Json config{{"url", "http://127.0.0.1:9/"}};
  must(201, "POST", "hooks", {{"config", config}, {"events", {"push", "member", "workflow_run"}}});
  must(422, "POST", "hooks", {{"config", config}, {"events", {"pushes"}}});
  EXPECT_EQ(gap("POST", "hooks", {{"config", config}, {"events", {"meta"}}}), "events: meta");
}

TEST_F(GapsTest, Versions) {
  const auto version = [](const std::string& text) {
    return std::vector<std::string>{"X-GitHub-Api-Version: " + text};
  };
  EXPECT_EQ(ask("GET", "/repos/octo/hello", "", version("2022-11-28")).status, 200);
  EXPECT_EQ(gap("GET", "/repos/octo/hello", nullptr, version("2099-01-01")),
            "X-GitHub-Api-Version: 2099-01-01");
  EXPECT_EQ(ask("GET", "/repos/octo/hello", "", version("3")).status, 400);
}

TEST_F(GapsTest, PagesOfTheWebAreSaid) {
  EXPECT_EQ(gap("GET", "/octo/hello/pull/1"), "a web page");
  must(404, "GET", "/octo/none/pull/1");
}

TEST(DeclarationTest, WhatIsDeclaredExistsAndIsRead) {
  State state;
  Deliveries deliveries;
  http::Router router;
  Api api(router, state, deliveries, {});
  const Api::Action forgets = [](Call&) { return Reply{.body = Json::object()}; };
  EXPECT_THROW(api.on("GET", "/nonsense", "", forgets), std::logic_error);
  EXPECT_THROW(api.on("GET", "/gists", "", forgets), std::logic_error) << "its names are not known";
  EXPECT_THROW(api.on("PATCH", "/repos/{owner}/{repo}", "nmae", forgets), std::logic_error);
  api.on("PATCH", "/repos/{owner}/{repo}", "name", forgets);
  api.on("GET", "/users/{login}/repos", "", [](Call& call) { return Reply{.body = call.query.get("type")}; });
  const auto status = [&](const std::string& method, const std::string& path, const std::string& body) {
    http::Request request{
        .method = method, .path = path, .headers = {{"Authorization", "token x"}}, .body = body};
    const auto match = router.match(method, path);
    request.params = match.params;
    return match.route->handler(request).status;
  };
  EXPECT_EQ(status("PATCH", "/repos/o/r", "{}"), 200);
  EXPECT_EQ(status("PATCH", "/repos/o/r", R"({"name": "x"})"), 500) << "declared and not read";
  EXPECT_EQ(status("GET", "/users/o/repos", ""), 500) << "read and not declared";
}

TEST_F(GapsTest, WhatIsSentToARouteThatIsNotThereIsNotRead) {
  const auto no_json = [&](const std::string& path) {
    return ask("POST", path, "# Not JSON", {"Content-Type: text/plain"});
  };
  for (const char* path :
       {"/markdown/raw", "/hub", "/gists", "/graphql", "/enterprises/acme/actions/runner-groups",
        "/repos/octo/hello/actions/workflows/1/dispatches"})
    EXPECT_EQ(no_json(path).status, 501) << path;
  EXPECT_EQ(no_json("/no/such/route").status, 404);
  EXPECT_EQ(gap("GET", "/orgs/octo/audit-log"), "the route");
}

}  // namespace
}  // namespace fakes::github
