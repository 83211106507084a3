// What GitHub refuses, or does without being asked.
#include "fake.h"

namespace fakes::github {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LimitsTest : public GitHubTest {};

TEST_F(LimitsTest, ATextHasAnEnd) {
  const std::string body(65537, 'x');
  std::string umlauts;
  for (int i = 0; i < 65536; ++i) umlauts += "\u00e4";
  must(422, "POST", "issues", {{"title", std::string(257, 'x')}});
  EXPECT_EQ(must(422, "POST", "issues", {{"title", "x"}, {"body", body}})["errors"][0]["message"],
            "body is too long (maximum is 65536 characters)");
  must(201, "POST", "issues", {{"title", "characters, not bytes"}, {"body", umlauts}});
  must(422, "POST", "issues/1/comments", {{"body", body}});
  must(422, "PATCH", "issues/1", {{"body", body}});
  open_pull();
  must(422, "POST", "pulls/2/reviews", {{"event", "COMMENT"}, {"body", body}});
  const std::string status = std::string("statuses/") + kTopic;
  must(422, "POST", status, {{"state", "success"}, {"description", std::string(141, 'x')}});
  must(422, "POST", status, {{"state", "success"}, {"context", std::string(256, 'x')}});
  EXPECT_THAT(must(422, "POST", status, {{"state", "success"}, {"target_url", "ci/1"}}).dump(),
              HasSubstr("http(s)"));
  must(422, "POST", "labels", {{"name", "a"}, {"description", std::string(101, 'x')}});
}

TEST_F(LimitsTest, AParameterThatIsNoneIsSaid) {
  for (const char* path :
       {"commits?since=yesterday", "commits?until=x", "pulls/comments?since=x", "issues?since=x",
        "issues/comments?since=x", "issues/comments?sort=x", "pulls?direction=up", "milestones?direction=up",
        "pulls/comments?direction=up", "issues/comments?direction=up", "issues?milestone=9"})
    must(422, "GET", path);
  must(422, "GET", "/user/repos?direction=up");
  must(501, "GET", "/search/issues?q=is:issue+in:title+x");
  EXPECT_EQ(
      ask("POST", "/repos/octo/hello/issues", R"({"title": "x"})", {"X-HTTP-Method-Override: PATCH"}).status,
      501);
}

TEST_F(LimitsTest, PullsByCreationAreTheNewestFirst) {
  open_pull();
  must(201, "POST", "git/refs", {{"ref", "refs/heads/two"}, {"sha", kTopic}});
  open_pull({{"head", "two"}});
  EXPECT_THAT(column<int>(get("pulls?sort=created"), "number"), ElementsAre(2, 1));
  EXPECT_THAT(column<int>(get("pulls?sort=updated"), "number"), ElementsAre(1, 2));
}

TEST_F(LimitsTest, ASearchIsForWords) {
  must(201, "POST", "issues", {{"title", "Concatenate the cats"}, {"body", "see @bobby"}});
  must(201, "POST", "issues", {{"title", "A cat-like thing"}});
  must(201, "POST", "issues/2/comments", {{"body", "@bob, look"}});
  const auto found = [&](const std::string& query) {
    return column<int>(get("/search/issues?order=asc&q=repo:octo/hello+" + query)["items"], "number");
  };
  EXPECT_THAT(found("cat"), ElementsAre(2));
  EXPECT_THAT(found("%22cat+like%22"), ElementsAre(2));
  EXPECT_THAT(found("CONCATENATE"), ElementsAre(1));
  EXPECT_THAT(found("mentions:bob"), ElementsAre(2)) << "in a comment too, and nobody else";
  EXPECT_THAT(column<int>(get("issues?mentioned=bob"), "number"), ElementsAre(2));
  EXPECT_THAT(must(422, "GET", "/search/issues?q=repo:octo/none").dump(), HasSubstr("cannot be searched"));
  EXPECT_THAT(must(422, "GET", "/search/issues?q=cat&per_page=100&page=11")["message"],
              HasSubstr("first 1000"));
}

TEST_F(LimitsTest, WhatReviewsComeTo) {
  open_pull();
  for (const auto& [who, event] : {std::pair{"bob", "REQUEST_CHANGES"}, {"carol", "APPROVE"}}) {
    actor_ = who;
    must(200, "POST", "pulls/1/reviews", {{"event", event}, {"body", "b"}});
  }
  EXPECT_EQ(get("/search/issues?q=review:approved")["total_count"], 0);
  EXPECT_EQ(get("/search/issues?q=review:changes_requested")["total_count"], 1);
  EXPECT_EQ(get("/search/issues?q=review:required")["total_count"], 0) << "nothing requires it";
  must(200, "POST", "pulls/1/reviews");
  EXPECT_THAT(must(422, "POST", "pulls/1/reviews").dump(), HasSubstr("one pending review"));
}

TEST_F(LimitsTest, ACommentIsOnALineOfTheDiff) {
  must(201, "PUT", "contents/a.txt", {{"message", "m"}, {"content", "YQpiCmMK"}, {"branch", "topic"}});
  open_pull();
  const auto on = [&](const Json& place) {
    Json body{{"body", "b"}, {"path", "a.txt"}, {"commit_id", get("pulls/1")["head"]["sha"]}};
    body.update(place);
    return ask("POST", "/repos/octo/hello/pulls/1/comments", body.dump()).status;
  };
  EXPECT_EQ(on({{"line", 3}}), 201);
  EXPECT_EQ(on({{"line", 4}}), 422);
  EXPECT_EQ(on({{"line", 1}, {"side", "LEFT"}}), 422);
  EXPECT_EQ(on({{"position", 3}}), 201);
  EXPECT_EQ(on({{"position", 4}}), 422);
  EXPECT_EQ(on({{"subject_type", "file"}}), 201);
  must(
      422, "POST", "pulls/1/reviews",
      {{"event", "COMMENT"}, {"body", "b"}, {"comments", {{{"path", "a.txt"}, {"line", 9}, {"body", "b"}}}}});
  EXPECT_EQ(get("pulls/1/reviews").size(), 3u) << "nothing of a refused review is there";
}

TEST_F(LimitsTest, AMergeClosesTheIssuesThatItFixes) {
  for (const char* title : {"one", "two", "three", "four"}) must(201, "POST", "issues", {{"title", title}});
  must(201, "PUT", "contents/x",
       {{"message", "Resolves: octo/hello#2"}, {"content", "eA=="}, {"branch", "topic"}});
  open_pull({{"body", "Fixes #1, prefixes #3, and fixes#4"}});
  must(200, "PUT", "pulls/5/merge");
  EXPECT_THAT(column<int>(get("issues?state=closed&direction=asc"), "number"), ElementsAre(1, 2, 5));
  EXPECT_EQ(get("issues/1")["state_reason"], "completed");
}

TEST_F(LimitsTest, ASquashSaysWhatItIsMadeOf) {
  open_pull({{"title", "The change"}});
  must(200, "PUT", "pulls/1/merge", {{"merge_method", "squash"}});
  const Json one = get("commits/main");
  EXPECT_EQ(one["commit"]["message"], "topic (#1)") << "the only commit's words";
  EXPECT_EQ(one["author"]["login"], "alice");
  must(201, "POST", "git/refs", {{"ref", "refs/heads/two"}, {"sha", one["sha"]}});
  for (const char* name : {"a", "b"})
    must(201, "PUT", std::string("contents/") + name,
         {{"message", std::string("Add ") + name}, {"content", "eA=="}, {"branch", "two"}});
  open_pull({{"title", "Both"}, {"head", "two"}});
  actor_ = "bob";
  must(200, "PUT", "pulls/2/merge", {{"merge_method", "squash"}});
  const Json both = get("commits/main");
  EXPECT_EQ(both["commit"]["message"], "Both (#2)\n\n* Add a\n\n* Add b");
  EXPECT_EQ(both["author"]["login"], "alice") << "who made the pull request";
}

TEST_F(LimitsTest, ABranchIsUpdated) {
  open_pull();
  EXPECT_THAT(must(422, "PUT", "pulls/1/update-branch")["message"], HasSubstr("no new commits"));
  must(201, "PUT", "contents/x", {{"message", "m"}, {"content", "eA=="}});
  must(422, "PUT", "pulls/1/update-branch", {{"expected_head_sha", kBase}});
  must(202, "PUT", "pulls/1/update-branch", {{"expected_head_sha", kTopic}});
  EXPECT_EQ(get("commits/topic")["parents"].size(), 2u);
  EXPECT_EQ(get("contents/x?ref=topic")["content"], "eA==\n");
  EXPECT_EQ(get("compare/main...topic")["status"], "ahead");
}

TEST_F(LimitsTest, ALargeFileComesWithoutItsContent) {
  const std::string large(1'500'000, 'A');
  must(201, "PUT", "contents/large", {{"message", "m"}, {"content", large}});
  const Json file = get("contents/large");
  EXPECT_EQ(file["encoding"], "none");
  EXPECT_EQ(file["content"], "");
  EXPECT_EQ(file["size"], 1'125'000);
  EXPECT_EQ(
      ask("GET", "/repos/octo/hello/contents/large", "", {"Accept: application/vnd.github.raw"}).body.size(),
      1'125'000u);
}

TEST_F(LimitsTest, AssetsGetNamesForURLs) {
  const Json release = must(201, "POST", "releases", {{"tag_name", "v1"}});
  const std::string upload =
      "/api/uploads/repos/octo/hello/releases/" + release["id"].dump() + "/assets?name=";
  EXPECT_EQ(ask("POST", upload + "my%20file%20(1).txt", "x").json()["name"], "my.file.1.txt");
  EXPECT_EQ(ask("POST", upload + "a-b_c%2Bd.tar.gz", "x").json()["name"], "a-b_c+d.tar.gz");
}

}  // namespace
}  // namespace fakes::github
