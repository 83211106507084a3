// What a role, an app's permissions and a protected branch allow.
#include <mutex>

#include "fake.h"

namespace fakes::github {
namespace {

using testing::HasSubstr;

class RightsTest : public GitHubTest {
 protected:
  RightsTest() {
    {
      const std::lock_guard lock(state_.mutex);
      auto& people = state_.find_repository("octo/hello")->collaborators;
      for (const auto& [login, role] :
           {std::pair{"reader", "pull"}, {"sorter", "triage"}, {"writer", "push"}, {"boss", "admin"}})
        people[login] = {.login = login, .role = role};
    }
    actor_ = "reader";
    must(201, "POST", "issues", {{"title", "the reader's"}});
    must(201, "POST", "issues/1/comments", {{"body", "mine"}});
    actor_ = "alice";
    must(201, "POST", "issues", {{"title", "another's"}});
    open_pull();
  }
  /// The status of a request by each of reader, sorter, writer and boss.
  std::vector<int> by_role(const std::string& method, const std::string& path, const Json& body = nullptr) {
    std::vector<int> statuses;
    for (const char* who : {"reader", "sorter", "writer", "boss"}) {
      actor_ = who;
      statuses.push_back(ask(method, "/repos/octo/hello/" + path, body.is_null() ? "" : body.dump()).status);
    }
    return statuses;
  }
  Json protect(const Json& more) {
    Json rules{{"required_status_checks", nullptr},
               {"enforce_admins", nullptr},
               {"required_pull_request_reviews", nullptr},
               {"restrictions", nullptr}};
    rules.update(more);
    actor_ = "boss";
    return must(200, "PUT", "branches/main/protection", rules);
  }
};

using Statuses = std::vector<int>;

TEST_F(RightsTest, ARoleIsHeeded) {
  EXPECT_EQ(by_role("POST", "issues/2/comments", {{"body", "b"}}), Statuses({201, 201, 201, 201}));
  EXPECT_EQ(by_role("POST", "issues/2/labels", {{"labels", {"bug"}}}), Statuses({403, 200, 200, 200}));
  EXPECT_EQ(by_role("PATCH", "issues/2", {{"state", "closed"}}), Statuses({403, 200, 200, 200}));
  EXPECT_EQ(by_role("PATCH", "issues/1", {{"body", "mine"}}), Statuses({200, 200, 200, 200})) << "one's own";
  EXPECT_EQ(by_role("POST", std::string("statuses/") + kTopic, {{"state", "success"}}),
            Statuses({403, 403, 201, 201}));
  EXPECT_EQ(by_role("PUT", "contents/x", {{"message", "m"}, {"content", "eA=="}, {"branch", "topic"}}),
            Statuses({403, 403, 201, 422}));
  EXPECT_EQ(by_role("PATCH", "", {{"description", "d"}}), Statuses({404, 404, 404, 404})) << "no such path";
  EXPECT_EQ(by_role("GET", "hooks"), Statuses({404, 404, 404, 200}));
  EXPECT_EQ(by_role("PUT", "branches/main/protection", Json::object()), Statuses({403, 403, 403, 422}));
  EXPECT_EQ(by_role("PUT", "pulls/3/merge"), Statuses({403, 403, 200, 405}));
  actor_ = "reader";
  must(403, "PATCH", "", {{"description", "d"}});
  must(204, "DELETE", "collaborators/reader");
  actor_ = "stranger";
  must(200, "PATCH", "", {{"description", "who has no role may do everything"}});
}

TEST_F(RightsTest, WhatAReaderSaysOfLabelsIsDropped) {
  actor_ = "reader";
  const Json made =
      must(201, "POST", "issues", {{"title", "x"}, {"labels", {"bug"}}, {"assignees", {"boss"}}});
  EXPECT_EQ(made["labels"].size() + made["assignees"].size(), 0u);
  EXPECT_EQ(must(200, "PATCH", "issues/1", {{"body", "b"}, {"labels", {"bug"}}})["labels"].size(), 0u);
  actor_ = "sorter";
  EXPECT_EQ(must(200, "PATCH", "issues/1", {{"labels", {"bug"}}})["labels"].size(), 1u);
}

TEST_F(RightsTest, OnesOwnComment) {
  const auto comments = get("issues/1/comments");
  const std::string path = "issues/comments/" + comments[0]["id"].dump();
  EXPECT_EQ(comments[0]["author_association"], "COLLABORATOR");
  EXPECT_EQ(get("issues/2")["author_association"], "NONE");
  EXPECT_EQ(by_role("PATCH", path, {{"body", "b"}}), Statuses({200, 403, 200, 200}));
}

TEST_F(RightsTest, AnAppHasItsPermissions) {
  as_app({{"issues", "write"}, {"contents", "read"}});
  must(201, "POST", "issues", {{"title", "x"}});
  must(200, "POST", "issues/3/labels", {{"labels", {"bug"}}});
  must(403, "POST", std::string("statuses/") + kTopic, {{"state", "success"}});
  must(403, "PUT", "pulls/3/merge");
  must(403, "POST", "git/refs", {{"ref", "refs/heads/x"}, {"sha", kTopic}});
  must(403, "GET", "hooks");
  as_app({{"pull_requests", "write"}});
  must(403, "POST", "issues/2/comments", {{"body", "b"}});
  must(201, "POST", "issues/3/comments", {{"body", "it is a pull request"}});
}

TEST_F(RightsTest, AProtectedBranchBindsWhoIsNoAdministrator) {
  protect({{"required_status_checks", {{"strict", false}, {"contexts", {"unit"}}}}});
  EXPECT_EQ(get("pulls/3")["mergeable_state"], "blocked");
  actor_ = "writer";
  must(409, "PUT", "contents/x", {{"message", "m"}, {"content", "eA=="}});
  EXPECT_THAT(must(405, "PUT", "pulls/3/merge")["message"], HasSubstr("\"unit\" is expected"));
  must(201, "POST", std::string("statuses/") + kTopic, {{"state", "success"}, {"context", "unit"}});
  must(201, "POST", std::string("statuses/") + kTopic, {{"state", "pending"}, {"context", "other"}});
  EXPECT_EQ(get("pulls/3")["mergeable_state"], "unstable");
  must(200, "PUT", "pulls/3/merge");
}

TEST_F(RightsTest, WhatAReviewIsWorth) {
  protect({{"required_pull_request_reviews", {{"dismiss_stale_reviews", true}}}});
  for (const char* who : {"reader", "writer"}) {
    actor_ = who;
    must(200, "POST", "pulls/3/reviews", {{"event", "APPROVE"}});
    EXPECT_EQ(get("pulls/3")["mergeable_state"], who == std::string("reader") ? "blocked" : "clean");
  }
  must(201, "PUT", "contents/x", {{"message", "m"}, {"content", "eA=="}, {"branch", "topic"}});
  EXPECT_EQ(get("pulls/3")["mergeable_state"], "blocked") << "the approval was of what it was";
  EXPECT_EQ(get("pulls/3/reviews")[1]["state"], "DISMISSED");
}

TEST_F(RightsTest, WhatAMergeMayNotBe) {
  protect({{"required_linear_history", true}});
  actor_ = "writer";
  must(405, "PUT", "pulls/3/merge");
  protect({{"required_conversation_resolution", true}});
  actor_ = "writer";
  must(501, "PUT", "pulls/3/merge");
  protect({{"required_status_checks", {{"strict", true}, {"contexts", Json::array()}}}});
  must(201, "PUT", "contents/x", {{"message", "m"}, {"content", "eA=="}});
  EXPECT_EQ(get("pulls/3")["mergeable_state"], "behind");
  actor_ = "writer";
  must(405, "PUT", "pulls/3/merge");
  actor_ = "boss";
  must(200, "PUT", "pulls/3/merge");
}

}  // namespace
}  // namespace fakes::github
