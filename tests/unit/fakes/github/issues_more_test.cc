// Milestones, reactions, events, locks, comments on lines, and search.
#include "fake.h"

namespace fakes::github {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class IssuesMoreTest : public GitHubTest {
 protected:
  void as(const std::string& login) { actor_ = login; }
};

TEST_F(IssuesMoreTest, Milestones) {
  EXPECT_EQ(must(201, "POST", "milestones", {{"title", "v1"}, {"due_on", "2030-01-01T00:00:00Z"}})["number"],
            1);
  must(422, "POST", "milestones", {{"title", "v1"}});
  must(422, "POST", "milestones", {{"title", "v2"}, {"due_on", "soon"}});
  EXPECT_EQ(must(201, "POST", "issues", {{"title", "x"}, {"milestone", 1}})["milestone"]["title"], "v1");
  must(422, "POST", "issues", {{"title", "y"}, {"milestone", 7}});
  must(201, "POST", "issues", {{"title", "y"}});
  EXPECT_EQ(get("issues?milestone=1").size(), 1u);
  EXPECT_EQ(get("issues?milestone=none").size(), 1u);
  EXPECT_EQ(get("issues?milestone=*").size(), 1u);
  EXPECT_EQ(get("milestones/1")["open_issues"], 1);
  EXPECT_EQ(must(200, "PATCH", "issues/1", {{"milestone", nullptr}})["milestone"], nullptr);
  must(200, "PATCH", "issues/1", {{"milestone", 1}, {"state", "closed"}});
  EXPECT_EQ(get("milestones/1")["closed_issues"], 1);
  EXPECT_EQ(must(200, "PATCH", "milestones/1", {{"state", "closed"}})["state"], "closed");
  EXPECT_EQ(get("milestones").size(), 0u);
  EXPECT_EQ(get("milestones?state=all").size(), 1u);
  must(204, "DELETE", "milestones/1");
  EXPECT_EQ(get("issues/1")["milestone"], nullptr);
}

TEST_F(IssuesMoreTest, Reactions) {
  must(201, "POST", "issues", {{"title", "x"}});
  const std::string comment = must(201, "POST", "issues/1/comments", {{"body", "c"}})["id"].dump();
  const Json made = must(201, "POST", "issues/1/reactions", {{"content", "heart"}});
  EXPECT_EQ(must(200, "POST", "issues/1/reactions", {{"content", "heart"}})["id"], made["id"])
      << "the same again";
  must(422, "POST", "issues/1/reactions", {{"content", "love"}});
  must(201, "POST", "issues/comments/" + comment + "/reactions", {{"content", "+1"}});
  EXPECT_EQ(get("issues/1")["reactions"]["heart"], 1);
  EXPECT_EQ(get("issues/comments/" + comment)["reactions"]["total_count"], 1);
  EXPECT_EQ(get("issues/1/reactions?content=eyes").size(), 0u);
  must(204, "DELETE", "issues/1/reactions/" + made["id"].dump());
  must(404, "DELETE", "issues/1/reactions/" + made["id"].dump());
}

TEST_F(IssuesMoreTest, EventsAndTimeline) {
  must(201, "POST", "issues", {{"title", "x"}, {"labels", {"bug"}}});
  must(200, "PATCH", "issues/1", {{"title", "y"}, {"assignees", {"bob"}}});
  must(201, "POST", "issues/1/comments", {{"body", "c"}});
  must(200, "PATCH", "issues/1", {{"state", "closed"}});
  must(204, "PUT", "issues/1/lock", {{"lock_reason", "spam"}});
  EXPECT_EQ(get("issues/1")["active_lock_reason"], "spam");
  must(204, "DELETE", "issues/1/lock");
  must(422, "PUT", "issues/1/lock", {{"lock_reason", "no"}});
  const Json events = get("issues/1/events");
  EXPECT_THAT(column(events, "event"),
              ElementsAre("labeled", "renamed", "assigned", "closed", "locked", "unlocked"));
  EXPECT_EQ(events[0]["label"]["name"], "bug");
  EXPECT_EQ(events[1]["rename"]["from"], "x");
  EXPECT_EQ(events[2]["assignee"]["login"], "bob");
  EXPECT_EQ(get("issues/events/" + events[0]["id"].dump())["issue"]["number"], 1);
  EXPECT_EQ(get("issues/events")[0]["event"], "unlocked");
  EXPECT_THAT(column(get("issues/1/timeline"), "event"), Contains("commented"));
}

TEST_F(IssuesMoreTest, CommentsOnLines) {
  seed_json(Json::parse(
      R"({"repositories": [{"full_name": "o/r", "branches": {"main": "1111111111111111111111111111111111111111"},
    "pulls": [{"number": 3, "title": "t", "user": "ann", "head": {"ref": "topic", "sha": "2222222222222222222222222222222222222222"}, "base": {"ref": "main"},
    "files": [{"filename": "a.txt", "patch": "@@ -1 +1 @@\n-a\n+b"}]}]}]})"));
  const std::string pulls = "/repos/o/r/pulls";
  const Json review =
      must(200, "POST", pulls + "/3/reviews",
           {{"event", "COMMENT"}, {"comments", {{{"path", "a.txt"}, {"line", 1}, {"body", "why"}}}}});
  EXPECT_EQ(get(pulls + "/3/reviews/" + review["id"].dump() + "/comments")[0]["body"], "why");
  const Json comment = get(pulls + "/3/comments")[0];
  EXPECT_EQ(comment["line"], 1);
  EXPECT_EQ(comment["diff_hunk"], "@@ -1 +1 @@\n-a\n+b");
  const Json reply =
      must(201, "POST", pulls + "/3/comments/" + comment["id"].dump() + "/replies", {{"body", "because"}});
  EXPECT_EQ(reply["in_reply_to_id"], comment["id"]);
  EXPECT_EQ(must(201, "POST", pulls + "/3/comments",
                 {{"body", "more"}, {"in_reply_to", comment["id"]}})["in_reply_to_id"],
            comment["id"]);
  must(201, "POST", pulls + "/3/comments",
       {{"body", "own"}, {"commit_id", kTopic}, {"path", "a.txt"}, {"line", 1}, {"side", "LEFT"}});
  must(422, "POST", pulls + "/3/comments",
       {{"body", "own"}, {"commit_id", kTopic}, {"path", "none.txt"}, {"line", 1}});
  must(422, "POST", pulls + "/3/comments", {{"body", "own"}, {"commit_id", kTopic}, {"path", "a.txt"}});
  must(422, "POST", pulls + "/3/reviews",
       {{"event", "COMMENT"}, {"comments", {{{"path", "a.txt"}, {"line", 0}, {"body", "x"}}}}});
  EXPECT_EQ(must(200, "PATCH", pulls + "/comments/" + reply["id"].dump(), {{"body", "changed"}})["body"],
            "changed");
  must(204, "DELETE", pulls + "/comments/" + reply["id"].dump());
  EXPECT_EQ(get(pulls + "/comments").size(), 3u);
  must(201, "POST", pulls + "/comments/" + comment["id"].dump() + "/reactions", {{"content", "eyes"}});
  EXPECT_EQ(get(pulls + "/3")["review_comments"], 3);
}

TEST_F(IssuesMoreTest, APendingReviewIsItsAuthorsAlone) {
  must(201, "PUT", "contents/f", {{"message", "m"}, {"content", "eA=="}, {"branch", "topic"}});
  open_pull();
  as("bob");
  const Json review =
      must(200, "POST", "pulls/1/reviews", {{"comments", {{{"path", "f"}, {"position", 1}, {"body", "x"}}}}});
  EXPECT_EQ(get("pulls/1/comments").size(), 1u);
  as("carol");
  EXPECT_EQ(get("pulls/1/comments").size(), 0u);
  as("bob");
  EXPECT_EQ(must(200, "PUT", "pulls/1/reviews/" + review["id"].dump(), {{"body", "words"}})["body"], "words");
  must(200, "DELETE", "pulls/1/reviews/" + review["id"].dump());
  EXPECT_EQ(get("pulls/1/comments").size(), 0u);
}

TEST_F(IssuesMoreTest, IssuesAreSearched) {
  seed_json(Json::parse(
      R"({"repositories": [{"full_name": "acme/a", "branches": {"main": "1111111111111111111111111111111111111111"},
     "issues": [{"number": 1, "title": "first bug", "user": "ann", "labels": ["kind/bug", "help wanted"], "created_at": "2022-01-10T00:00:00Z", "updated_at": "2022-01-11T00:00:00Z"},
                {"number": 2, "title": "second", "user": "ben", "state": "closed", "assignees": ["ann"], "created_at": "2022-02-10T00:00:00Z", "updated_at": "2022-03-01T00:00:00Z"}],
     "pulls": [{"number": 3, "title": "third", "user": "ann", "draft": true, "head": {"ref": "fix-it", "sha": "2222222222222222222222222222222222222222"}, "base": {"ref": "main"}, "created_at": "2022-03-10T00:00:00Z", "updated_at": "2022-03-11T00:00:00Z"}]},
    {"full_name": "acme/b", "issues": [{"number": 1, "title": "other", "user": "ann", "created_at": "2022-04-10T00:00:00Z"}]}]})"));
  const auto found = [&](const std::string& query) {
    return column(get("/search/issues?q=" + query)["items"], "title");
  };
  EXPECT_THAT(found("repo:acme/a+is:issue"), UnorderedElementsAre("first bug", "second"));
  EXPECT_THAT(found("repo:acme/a+repo:acme/b+is:issue+is:open"), UnorderedElementsAre("first bug", "other"))
      << "either";
  EXPECT_THAT(found("org:acme+is:pr"), ElementsAre("third"));
  EXPECT_THAT(found("org:acme+author:ANN+-is:draft"), UnorderedElementsAre("first bug", "other"));
  EXPECT_THAT(found("org:acme+label:kind/bug"), ElementsAre("first bug"));
  EXPECT_THAT(found("org:acme+label:%22help+wanted%22"), ElementsAre("first bug"));
  EXPECT_THAT(found("org:acme+-label:kind/bug+state:open+type:issue"), ElementsAre("other"));
  EXPECT_THAT(found("org:acme+no:label+assignee:ann"), ElementsAre("second"));
  EXPECT_THAT(found("org:acme+head:fix+base:main+draft:true"), ElementsAre("third"));
  EXPECT_THAT(found("org:acme+created:2022-01-01..2022-02-10"), UnorderedElementsAre("first bug", "second"));
  EXPECT_THAT(found("org:acme+created:%3E2022-03-10"), ElementsAre("other"));
  EXPECT_THAT(found("org:acme+updated:%3C%3D2022-01-11"), ElementsAre("first bug"));
  EXPECT_THAT(found("org:acme+bug"), ElementsAre("first bug"));
  EXPECT_THAT(found("org:acme+sort:created-asc"), ElementsAre("first bug", "second", "third", "other"));
  EXPECT_EQ(get("/search/issues?q=org:acme&sort=created&order=desc&per_page=1")["items"][0]["title"],
            "other");
  EXPECT_EQ(get("/search/issues?q=org:acme&per_page=1")["total_count"], 4);
  must(422, "GET", "/search/issues?q=");
  must(422, "GET", "/search/issues?q=created:yesterday");
  EXPECT_THAT(column(get("/search/repositories?q=org:acme")["items"], "name"),
              UnorderedElementsAre("a", "b"));
}

}  // namespace
}  // namespace fakes::github
