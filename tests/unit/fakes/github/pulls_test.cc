// Pull requests, reviews, merging.
#include "fake.h"

namespace fakes::github {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PullsTest : public GitHubTest {};

TEST_F(PullsTest, ComeFromABranch) {
  const auto made = open_pull({{"body", "b"}});
  EXPECT_EQ(made["number"], 1);
  EXPECT_EQ(made["head"]["label"], "octo:topic");
  EXPECT_EQ(made["head"]["sha"], kTopic);
  EXPECT_EQ(made["head"]["repo"]["full_name"], "octo/hello");
  EXPECT_EQ(made["base"]["ref"], "main");
  EXPECT_EQ(made["mergeable"], true);
  EXPECT_EQ(made["merged"], false);
  EXPECT_EQ(made["commits"], 1);
  EXPECT_EQ(get("issues/1")["pull_request"]["url"], made["url"]);
  EXPECT_EQ(get("git/ref/pull/1/head")["object"]["sha"], kTopic);
  EXPECT_THAT(column(get("pulls/1/commits"), "sha"), ElementsAre(kTopic));
  EXPECT_THAT(get("pulls/1/files"), IsEmpty());
  must(201, "POST", "issues", {{"title", "issue"}});
  EXPECT_THAT(column<int>(get("issues"), "number"), ElementsAre(2, 1));
  EXPECT_THAT(column<int>(get("pulls"), "number"), ElementsAre(1));
  must(404, "GET", "pulls/2");
}

TEST_F(PullsTest, ThatCannotBe) {
  const auto error = [&](const Json& more) {
    Json body{{"title", "t"}, {"head", "topic"}, {"base", "main"}};
    body.update(more);
    return must(422, "POST", "pulls", body)["errors"][0];
  };
  EXPECT_EQ(error({{"head", "none"}})["field"], "head");
  EXPECT_EQ(error({{"head", "bob:topic"}})["field"], "head");
  EXPECT_EQ(error({{"base", "none"}})["field"], "base");
  EXPECT_EQ(error({{"title", nullptr}})["code"], "missing_field");
  EXPECT_EQ(error({{"head", "main"}})["message"], "No commits between main and main");
  open_pull();
  EXPECT_EQ(error(Json::object())["message"], "A pull request already exists for octo:topic.");
  EXPECT_EQ(get("/repos/octo/hello/issues?state=all").size(), 1u);
}

TEST_F(PullsTest, AreFiltered) {
  open_pull();
  must(201, "POST", "git/refs", {{"ref", "refs/heads/release"}, {"sha", kBase}});
  open_pull({{"base", "release"}});
  must(200, "PATCH", "pulls/2", {{"state", "closed"}});
  const auto numbers = [&](const std::string& query) {
    return column<int>(get("/repos/octo/hello/pulls?" + query), "number");
  };
  EXPECT_THAT(numbers(""), ElementsAre(1));
  EXPECT_THAT(numbers("state=closed"), ElementsAre(2));
  EXPECT_THAT(numbers("state=all"), ElementsAre(2, 1));
  EXPECT_THAT(numbers("state=all&direction=asc"), ElementsAre(1, 2));
  EXPECT_THAT(numbers("state=all&base=release"), ElementsAre(2));
  EXPECT_THAT(numbers("state=all&head=octo:topic"), ElementsAre(2, 1));
  EXPECT_THAT(numbers("state=all&head=octo:other"), IsEmpty());
  must(422, "GET", "/repos/octo/hello/pulls?state=x");
}

TEST_F(PullsTest, AreEdited) {
  open_pull();
  must(201, "POST", "git/refs", {{"ref", "refs/heads/release"}, {"sha", kBase}});
  EXPECT_EQ(must(200, "PATCH", "pulls/1", {{"title", "new"}, {"base", "release"}})["base"]["ref"], "release");
  must(422, "PATCH", "pulls/1", {{"title", "newer"}, {"base", "none"}});
  EXPECT_EQ(get("pulls/1")["title"], "new");
  EXPECT_EQ(must(200, "PATCH", "issues/1", {{"state", "closed"}})["state"], "closed");
  EXPECT_EQ(get("pulls/1")["state"], "closed");
  EXPECT_EQ(must(200, "PATCH", "pulls/1", {{"state", "open"}})["state"], "open");
}

TEST_F(PullsTest, AreMerged) {
  open_pull();
  must(404, "GET", "pulls/1/merge");
  EXPECT_THAT(must(409, "PUT", "pulls/1/merge", {{"sha", kBase}})["message"].get<std::string>(),
              HasSubstr("Head branch was modified"));
  const auto merged = must(200, "PUT", "pulls/1/merge", {{"sha", kTopic}, {"commit_title", "merged it"}});
  EXPECT_EQ(merged["merged"], true);
  must(204, "GET", "pulls/1/merge");
  const auto pull = get("pulls/1");
  EXPECT_EQ(pull["state"], "closed");
  EXPECT_EQ(pull["merged"], true);
  EXPECT_EQ(pull["merged_by"]["login"], "alice");
  EXPECT_EQ(pull["merge_commit_sha"], merged["sha"]);
  EXPECT_EQ(get("branches/main")["commit"]["sha"], merged["sha"]);
  const auto commit = get("commits/main");
  EXPECT_THAT(column(commit["parents"], "sha"), ElementsAre(kBase, kTopic));
  EXPECT_THAT(commit["commit"]["message"].get<std::string>(), HasSubstr("merged it"));
  EXPECT_EQ(must(405, "PUT", "pulls/1/merge")["message"], "Pull Request is not mergeable");
  must(422, "PATCH", "pulls/1", {{"state", "open"}});
}

TEST_F(PullsTest, ThatCannotBeMerged) {
  open_pull({{"draft", true}});
  EXPECT_EQ(must(405, "PUT", "pulls/1/merge")["message"], "Pull Request is still a draft");
  must(200, "PATCH", "pulls/1", {{"state", "closed"}});
  open_pull();
  must(422, "PUT", "pulls/2/merge", {{"merge_method", "octopus"}});
  must(200, "PATCH", "pulls/2", {{"state", "closed"}});
  must(405, "PUT", "pulls/2/merge");
  must(404, "PUT", "pulls/9/merge");
}

TEST_F(PullsTest, ASquashHasOneParent) {
  open_pull();
  must(200, "PUT", "pulls/1/merge", {{"merge_method", "squash"}});
  EXPECT_THAT(column(get("commits/main")["parents"], "sha"), ElementsAre(kBase));
}

TEST_F(PullsTest, FollowTheirBranch) {
  open_pull();
  const std::string next = must(201, "POST", "git/commits",
                                {{"message", "next"},
                                 {"tree", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"},
                                 {"parents", {kTopic}}})["sha"];
  must(200, "PATCH", "git/refs/heads/topic", {{"sha", next}});
  EXPECT_EQ(get("pulls/1")["head"]["sha"], next);
  EXPECT_EQ(get("git/ref/pull/1/head")["object"]["sha"], next);
  EXPECT_THAT(column(get("pulls/1/commits"), "sha"), ElementsAre(kTopic, next));
  must(204, "DELETE", "git/refs/heads/topic");
  EXPECT_EQ(get("pulls/1")["state"], "closed");
}

TEST_F(PullsTest, Reviews) {
  open_pull();
  EXPECT_EQ(must(422, "POST", "pulls/1/reviews", {{"event", "APPROVE"}})["errors"][0],
            "Can not approve your own pull request");
  actor_ = "bob";
  must(422, "POST", "pulls/1/reviews", {{"event", "REQUEST_CHANGES"}});
  must(422, "POST", "pulls/1/reviews", {{"event", "NOD"}});
  const auto first = must(200, "POST", "pulls/1/reviews", {{"event", "REQUEST_CHANGES"}, {"body", "no"}});
  EXPECT_EQ(first["state"], "CHANGES_REQUESTED");
  EXPECT_EQ(first["commit_id"], kTopic);
  const auto pending = must(200, "POST", "pulls/1/reviews", {{"body", "draft"}});
  EXPECT_EQ(pending["state"], "PENDING");
  EXPECT_FALSE(pending.contains("submitted_at"));
  const std::string path = "pulls/1/reviews/" + pending["id"].dump();
  actor_ = "carol";
  must(404, "GET", path);
  EXPECT_EQ(get("pulls/1/reviews").size(), 1u);
  actor_ = "bob";
  EXPECT_EQ(must(200, "POST", path + "/events", {{"event", "APPROVE"}})["state"], "APPROVED");
  must(422, "POST", path + "/events", {{"event", "APPROVE"}});
  must(422, "DELETE", path);
  EXPECT_THAT(column(get("pulls/1/reviews"), "state"), ElementsAre("CHANGES_REQUESTED", "APPROVED"));
  EXPECT_EQ(must(200, "PUT", path + "/dismissals", {{"message", "old"}})["state"], "DISMISSED");
  must(422, "PUT", path + "/dismissals", {{"message", "old"}});
}

TEST_F(PullsTest, RequestedReviewers) {
  seed_json(Json::parse(
      R"({"organizations": [{"login": "octo", "teams": [{"name": "Core", "id": 77, "repositories": {"octo/hello": "push"}}, {"name": "Other"}]}]})"));
  open_pull();
  EXPECT_THAT(
      column(must(201, "POST", "pulls/1/requested_reviewers",
                  {{"reviewers", {"bob", "carol"}}, {"team_reviewers", {"core"}}})["requested_reviewers"],
             "login"),
      ElementsAre("bob", "carol"));
  const Json teams = get("pulls/1/requested_reviewers")["teams"];
  EXPECT_THAT(column(teams, "slug"), ElementsAre("core"));
  EXPECT_EQ(teams[0]["id"], 77);
  EXPECT_EQ(teams[0]["name"], "Core");
  for (const char* nobody : {"other", "none"})
    EXPECT_EQ(
        must(422, "POST", "pulls/1/requested_reviewers", {{"team_reviewers", {nobody}}})["message"],
        "Reviews may only be requested from collaborators. One or more of the teams you specified is not a "
        "collaborator of the octo/hello repository.");
  EXPECT_EQ(get("/users/carol")["login"], "carol") << "who is named in answers is there";
  EXPECT_EQ(must(422, "POST", "pulls/1/requested_reviewers", {{"reviewers", {"Alice"}}})["message"],
            "Review cannot be requested from pull request author.");
  must(200, "DELETE", "pulls/1/requested_reviewers", {{"reviewers", {"CAROL"}}});
  EXPECT_THAT(column(get("pulls/1/requested_reviewers")["users"], "login"), ElementsAre("bob"));
  actor_ = "bob";
  must(200, "POST", "pulls/1/reviews", {{"event", "APPROVE"}});
  EXPECT_THAT(get("pulls/1/requested_reviewers")["users"], IsEmpty());
}

TEST_F(PullsTest, FromAnotherOwnersRepository) {
  seed_json(Json::parse(
      R"({"repositories": [{"full_name": "bob/hello", "branches": {"feature": "4444444444444444444444444444444444444444"}}]})"));
  const auto made = open_pull({{"head", "bob:feature"}});
  EXPECT_EQ(made["head"]["repo"]["full_name"], "bob/hello");
  EXPECT_EQ(made["head"]["label"], "bob:feature");
  must(201, "POST", "statuses/" + std::string(40, '4'), {{"state", "success"}});
  must(204, "DELETE", "/repos/bob/hello");
  EXPECT_EQ(get("pulls/1")["head"]["repo"], nullptr);
}

}  // namespace
}  // namespace fakes::github
