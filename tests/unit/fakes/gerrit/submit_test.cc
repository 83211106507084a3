#include <gmock/gmock.h>

#include "gerrit_server.h"

namespace fakes::gerrit {
namespace {

using testing::HasSubstr;

class SubmitTest : public testing::Test {
 protected:
  SubmitTest() {
    server_.add_project("p", kBothLabels);
    server_.add_change("p");
  }
  Answer vote(const std::string& user, const Json& labels) {
    return server_.post(user + " /changes/1/revisions/current/review", {{"labels", labels}});
  }
  Answer submit() { return server_.post("alice /changes/1/submit", Json::object()); }
  GerritServer server_;
};

TEST_F(SubmitTest, TakesEveryLabelAtItsBest) {
  EXPECT_EQ(submit().status, 409);
  EXPECT_EQ(submit().body,
            "Failed to submit 1 change due to the following problems:\nChange 1: submit requirement "
            "'Code-Review' is unsatisfied.\n");
  vote("bob", {{"Code-Review", 1}});
  vote("carol", {{"Code-Review", 1}, {"Verified", 1}});
  EXPECT_EQ(submit().status, 409) << "two +1 are no +2";
  vote("bob", {{"Code-Review", 2}});
  vote("zoe", {{"Verified", -1}});
  EXPECT_THAT(submit().body, HasSubstr("'Verified' is unsatisfied")) << "the lowest vote blocks";
  vote("zoe", {{"Verified", 0}});
  const auto before = server_.get("/changes/1?o=SUBMITTABLE&o=CURRENT_REVISION&o=SUBMIT_REQUIREMENTS").json;
  EXPECT_EQ(before["submittable"], true);
  EXPECT_EQ(before["submit_requirements"][0]["status"], "SATISFIED");

  const auto merged = submit();
  EXPECT_EQ(merged.status, 200);
  EXPECT_EQ(merged.json["status"], "MERGED");
  EXPECT_EQ(merged.json["submitted"], merged.json["updated"]);
  EXPECT_TRUE(merged.json.contains("submitter"));
  EXPECT_EQ(server_.get("/projects/p/branches/master").json["revision"], before["current_revision"]);
  EXPECT_EQ(submit().body, "change is merged\n");
  EXPECT_EQ(server_.post("alice /changes/1/abandon").body, "change is merged\n");
}

TEST_F(SubmitTest, AfterwardsVotesOnlyRise) {
  vote("bob", {{"Code-Review", 2}, {"Verified", 1}});
  submit();
  const auto lower = vote("bob", {{"Code-Review", 1}, {"Verified", 0}});
  EXPECT_EQ(lower.status, 409);
  EXPECT_EQ(lower.body, "Cannot reduce vote on labels for closed change: Code-Review, Verified\n");
  EXPECT_EQ(vote("bob", {{"Code-Review", 2}}).status, 200);
  EXPECT_EQ(vote("carol", {{"Code-Review", 1}}).status, 200);
  EXPECT_EQ(server_.post("bob /changes/1/revisions/current/review", {{"message", "late"}}).status, 200);
}

TEST_F(SubmitTest, AnAbandonedChangeTakesNoVotes) {
  const auto abandoned = server_.post("alice /changes/1/abandon", {{"message", "no more"}});
  EXPECT_EQ(abandoned.json["status"], "ABANDONED");
  EXPECT_EQ(server_.get("/changes/1/messages").json.back()["message"], "Abandoned\n\nno more");
  EXPECT_EQ(server_.post("alice /changes/1/abandon").body, "change is abandoned\n");
  EXPECT_EQ(vote("bob", {{"Code-Review", 1}}).body, "change is closed\n");
  EXPECT_EQ(server_.post("bob /changes/1/revisions/current/review", {{"message", "why?"}}).status, 200);
  EXPECT_EQ(submit().body, "change is abandoned\n");
  EXPECT_EQ(server_.post("alice /changes/1/restore").json["status"], "NEW");
  EXPECT_EQ(server_.post("alice /changes/1/restore").body, "change is new\n");
  EXPECT_EQ(vote("bob", {{"Code-Review", 1}}).status, 200);
}

TEST_F(SubmitTest, WorkInProgressIsNotSubmitted) {
  vote("bob", {{"Code-Review", 2}, {"Verified", 1}});
  EXPECT_EQ(server_.post("alice /changes/1/wip").status, 200);
  EXPECT_EQ(server_.post("alice /changes/1/wip").status, 409);
  EXPECT_EQ(server_.get("/changes/1").json["work_in_progress"], true);
  EXPECT_THAT(submit().body, HasSubstr("Change 1 is marked work in progress"));
  EXPECT_EQ(server_.post("alice /changes/1/ready").status, 200);
  EXPECT_EQ(server_.post("alice /changes/1/revisions/current/submit").json["status"], "MERGED");
}

TEST_F(SubmitTest, ConflictsAndOldPatchSets) {
  vote("bob", {{"Code-Review", 2}, {"Verified", 1}});
  server_.api.seed(
      {{"changes", {{{"project", "p"}, {"branch", "master"}, {"_number", 1}, {"mergeable", false}}}}});
  EXPECT_EQ(server_.get("/changes/1/revisions/current/mergeable").json["mergeable"], false);
  EXPECT_THAT(submit().body, HasSubstr("path conflict"));
  server_.api.seed({{"changes",
                     {{{"project", "p"},
                       {"branch", "master"},
                       {"_number", 1},
                       {"mergeable", true},
                       {"revisions", {{{"kind", "NO_CHANGE"}}}}}}}});
  EXPECT_THAT(server_.post("alice /changes/1/revisions/1/submit").body, HasSubstr("is not current revision"));
  EXPECT_EQ(submit().json["status"], "MERGED") << "a patch set without a change keeps its votes";
  EXPECT_EQ(server_.get("/changes/1/revisions/current/mergeable").status, 409);
}

TEST_F(SubmitTest, NobodySubmits) { EXPECT_EQ(server_.post("/changes/1/submit").status, 403); }

}  // namespace
}  // namespace fakes::gerrit
