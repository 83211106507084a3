// -lenient, and the routes by which Prow's tests fill their fake.
#include <gmock/gmock.h>

#include "gerrit_server.h"

namespace fakes::gerrit {
namespace {

class Lenient : public testing::Test {
 protected:
  std::atomic<bool> lenient_ = true;
  GerritServer server_{{.lenient = &lenient_}};
};

TEST_F(Lenient, NobodyNeedSayWhoHeIs) {
  EXPECT_EQ(server_.get("/a/accounts/self").json["username"], "anybody");
  EXPECT_EQ(server_.get("/accounts/self").json["username"], "anybody");
  EXPECT_EQ(server_.get("alice /accounts/self").json["username"], "alice");
  EXPECT_EQ(server_.post("/changes/", {{"project", "p"}, {"branch", "b"}, {"subject", "x"}}).status, 201);
  lenient_ = false;
  EXPECT_EQ(server_.get("/a/accounts/self").status, 401);
  EXPECT_EQ(server_.post("/changes/", {{"project", "p"}, {"branch", "b"}, {"subject", "y"}}).status, 403);
}

TEST_F(Lenient, WhatIsNamedIsThere) {
  EXPECT_EQ(server_.get("/projects/a%2Fb").json["name"], "a/b");
  EXPECT_EQ(server_.get("/projects/c/branches/rel%2F1").json["ref"], "refs/heads/rel/1");
  EXPECT_EQ(server_.get("/accounts/carol").json["username"], "carol");
  EXPECT_EQ(server_.get("/changes/77").json["_number"], 77);
  EXPECT_EQ(server_.get("/changes/p~12").json["project"], "p");
  const auto id = "I" + std::string(40, 'a');
  const auto change = server_.get("/changes/q%2Fr~main~" + id).json;
  EXPECT_EQ(change["project"], "q/r");
  EXPECT_EQ(change["branch"], "main");
  EXPECT_EQ(change["change_id"], id);
  EXPECT_EQ(server_.post("/changes/78/revisions/current/review", {{"message", "hi"}}).status, 200);
  EXPECT_EQ(server_.get("/changes/nonsense").status, 404);
  EXPECT_EQ(server_.get("/projects/%3Cbad%3E").status, 400);
  EXPECT_EQ(server_.put("/projects/new", {{"create_empty_commit", true}}).status, 201)
      << "made, not there already";
  EXPECT_EQ(server_.put("/projects/new/branches/b", {{"revision", "master"}}).status, 201);
  EXPECT_EQ(server_.get("/changes/1/drafts").status, 501) << "a gap stays one";
  lenient_ = false;
  EXPECT_EQ(server_.get("/projects/d").status, 404);
  EXPECT_EQ(server_.get("/changes/99").status, 404);
}

class ProwAdmin : public testing::Test {
 protected:
  void add(const std::string& what, const Json& body) {
    const auto answer = server_.post("/admin/add/" + what, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
  GerritServer server_;
};

TEST_F(ProwAdmin, AChangeIsGivenOutAsItWasGiven) {
  const std::string tomorrow = "2099-05-19 12:34:56.000000000";
  add("branch/infra/master", {{"ref", ""}, {"revision", ""}, {"can_delete", false}});
  add("account", {{"_account_id", 1}, {"name", "Prow Bot"}, {"username", "testbot"}});
  EXPECT_EQ(server_.get("/admin/login/1").status, 200);
  EXPECT_EQ(server_.get("/accounts/self").json["username"], "testbot");
  EXPECT_EQ(server_.get("/admin/login/2").status, 403);
  add("change/infra",
      {{"id", "1"},
       {"change_id", "1"},
       {"project", "infra"},
       {"branch", "master"},
       {"status", "NEW"},
       {"updated", tomorrow},
       {"created", "0001-01-01 00:00:00.000000000"},
       {"current_revision", "1"},
       {"labels", nullptr},
       {"revisions",
        {{"1",
          {{"_number", 1001},
           {"ref", "refs/changes/00/1/1"},
           {"created", tomorrow},
           {"files", {{"a.go", Json::object()}}}}}}},
       {"messages", {{{"id", "1"}, {"_revision_number", 1}, {"message", "/test all"}, {"date", tomorrow}}}}});
  auto change = server_.get("/changes/1").json;
  EXPECT_EQ(change["id"], "1");
  EXPECT_EQ(change["change_id"], "1");
  EXPECT_EQ(change["updated"], tomorrow);
  EXPECT_EQ(change["current_revision"], "1");
  EXPECT_EQ(change["revisions"]["1"]["_number"], 1001);
  EXPECT_EQ(change["revisions"]["1"]["ref"], "refs/changes/00/1/1");
  EXPECT_TRUE(change["revisions"]["1"]["files"].contains("a.go"));
  EXPECT_EQ(change["messages"].size(), 1u) << "and no other";
  EXPECT_EQ(server_.query("project:infra"), std::vector<int>{1});
  EXPECT_EQ(server_.post("/changes/1/revisions/1/review", {{"message", "Triggered 1 prow jobs"}}).status, 200)
      << "as testbot";
  change = server_.get("/changes/1").json;
  EXPECT_EQ(change["messages"][1]["message"], "Triggered 1 prow jobs");
  EXPECT_EQ(change["updated"], tomorrow);
  EXPECT_EQ(server_.get("/changes/1/comments").json, Json::object());
  EXPECT_EQ(server_.get("/projects/infra/branches/master").json["revision"].get<std::string>().size(), 40u);
}

TEST_F(ProwAdmin, WhatIsWrongIsRefused) {
  EXPECT_EQ(server_.post("/admin/add/change/p", {{"change_id", "1"}, {"surprise", 1}}).status, 400);
  EXPECT_EQ(server_.post("/admin/add/change/p", {{"project", "p"}}).status, 400);
  EXPECT_EQ(server_.post("/admin/add/change/p", {{"change_id", 1}}).status, 400);
  EXPECT_EQ(server_.post("/admin/add/account", {{"name", "x"}}).status, 400);
  EXPECT_EQ(server_.post("/admin/add/account", Json::array()).status, 400);
  EXPECT_EQ(server_.post("/a/admin/add/account", {{"_account_id", 5}}).status, 200);
}

}  // namespace
}  // namespace fakes::gerrit
