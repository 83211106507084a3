// fakeghserver as it runs in the cluster, through the gateway.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/environment.h"
#include "framework/eventually.h"
#include "framework/fakeghserver.h"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::github;
using test::must_github;
using testing::HasSubstr;

const std::string kBase(40, '1'), kTopic(40, '2');

class TestFakeGitHub : public testing::Test {
 protected:
  TestFakeGitHub() {
    test::seed_github({{"repositories",
                        {{{"full_name", name_},
                          {"branches", {{"main", kBase}, {"topic", kTopic}}},
                          {"commits",
                           {{{"sha", kBase}, {"message", "base"}},
                            {{"sha", kTopic}, {"message", "topic"}, {"parents", {kBase}}}}}}}}});
  }
  std::string path(const std::string& more) const { return "/repos/" + name_ + "/" + more; }
  json open_pull() const {
    return must_github("POST", path("pulls"), {{"title", "t"}, {"head", "topic"}, {"base", "main"}});
  }

  const std::string name_ = "tests/" + test::unique_name();
};

TEST_F(TestFakeGitHub, Healthz) { EXPECT_EQ(github("GET", "/healthz", nullptr, "").status, 200); }

TEST_F(TestFakeGitHub, AnIssueFromOpenToClosed) {
  const auto made = must_github("POST", path("issues"), {{"title", "t"}, {"labels", {"bug"}}});
  EXPECT_EQ(made["user"]["login"], "alice");
  must_github("POST", path("issues/1/comments"), {{"body", "hi"}}, "bob");
  EXPECT_EQ(must_github("GET", path("issues/1/comments"))[0]["user"]["login"], "bob");
  must_github("DELETE", path("issues/1/labels/bug"));
  EXPECT_EQ(github("DELETE", path("issues/1/labels/bug")).status, 404);
  must_github("PATCH", path("issues/1"), {{"state", "closed"}});
  EXPECT_EQ(must_github("GET", path("issues")).size(), 0u);
}

TEST_F(TestFakeGitHub, APullRequestFromStatusToMerge) {
  const auto pull = open_pull();
  EXPECT_EQ(pull["head"]["sha"], kTopic);
  for (const char* state : {"pending", "success"})
    must_github("POST", path("statuses/" + kTopic), {{"state", state}, {"context", "ci"}});
  EXPECT_EQ(must_github("GET", path("commits/topic/status"))["state"], "success");
  must_github("POST", path("pulls/1/reviews"), {{"event", "APPROVE"}}, "bob");
  EXPECT_EQ(github("PUT", path("pulls/1/merge"), {{"sha", kBase}}).status, 409);
  const auto merged = must_github("PUT", path("pulls/1/merge"), {{"sha", kTopic}});
  EXPECT_EQ(must_github("GET", path("branches/main"))["commit"]["sha"], merged["sha"]);
  EXPECT_EQ(github("PUT", path("pulls/1/merge")).status, 405);
}

TEST_F(TestFakeGitHub, AHookThatCannotBeReachedHoldsNobodyUp) {
  const auto hook =
      must_github("POST", path("hooks"),
                  {{"events", {"issues"}},
                   {"config", {{"url", "http://127.0.0.1:1/" + name_}, {"content_type", "json"}}}});
  must_github("POST", path("issues"), {{"title", "t"}});
  test::eventually(30s, [&](std::string& seen) {
    const auto deliveries = must_github("GET", path("hooks/" + hook["id"].dump() + "/deliveries"));
    seen = deliveries.dump();
    return deliveries.size() == 2 && deliveries[1]["event"] == "ping" && deliveries[1]["attempts"] > 0;
  });
}

TEST_F(TestFakeGitHub, PagesAreLinkedAndUnchangedOnesAreNotSent) {
  for (const char* title : {"1", "2", "3"}) must_github("POST", path("issues"), {{"title", title}});
  const auto first = github("GET", path("issues?per_page=2"));
  EXPECT_THAT(first.header("link"),
              HasSubstr("<" + test::fakeghserver_url() + path("issues?per_page=2&page=2>; rel=\"next\"")));
  const auto again = test::http(
      {.url = test::fakeghserver_url() + path("issues?per_page=2"),
       .headers = {{"Authorization", "token login:alice"}, {"If-None-Match", first.header("etag")}}});
  EXPECT_EQ(again.status, 304) << again.body;
}

TEST_F(TestFakeGitHub, ErrorsAreGitHubs) {
  EXPECT_EQ(github("POST", path("issues"), {{"title", "t"}}, "").status, 401);
  EXPECT_EQ(github("GET", path("issues/1")).status, 404);
  const auto refused = github("POST", path("issues"), json::object());
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(json::parse(refused.body)["errors"][0]["code"], "missing_field");
}

}  // namespace
