#include <gmock/gmock.h>

#include "gerrit_server.h"
#include "http/message.h"

namespace fakes::gerrit {
namespace {

const std::string kFirst(40, '1'), kSecond(40, '2');

class SeedTest : public testing::Test {
 protected:
  void seed(const std::string& json) { server_.api.seed(Json::parse(json)); }
  std::string error(const std::string& json) {
    try {
      seed(json);
    } catch (const http::HttpError& e) {
      return std::to_string(e.status) + " " + e.what();
    }
    return "";
  }
  GerritServer server_;
};

TEST_F(SeedTest, EverythingOfAChange) {
  seed(R"({"projects": [{"name": "a/b", "branches": {"master": "0000000000000000000000000000000000000001"}}],
           "changes": [{"project": "a/b", "branch": "master", "_number": 77, "change_id": "Iffff000000000000000000000000000000000000", "owner": "olga",
             "subject": "S", "topic": "t", "hashtags": ["h"], "created": "2022-05-19 12:00:00", "reviewers": {"CC": ["carl"]},
             "revisions": [{"revision": "1111111111111111111111111111111111111111", "uploader": "ulf", "created": "2022-05-19 12:34:56.000000000",
                            "files": {"x": {"status": "A", "lines_inserted": 3}, "y": {"lines_inserted": 1, "lines_deleted": 2}},
                            "commit": {"message": "S\n\nbody\n", "parents": ["2222222222222222222222222222222222222222"],
                                       "author": {"name": "N", "email": "n@x", "date": "2022-05-18 00:00:00", "tz": 60}}}],
             "votes": {"Code-Review": {"rita": 2}},
             "messages": [{"message": "hi", "author": "rita", "date": "2022-05-19 13:00:00", "tag": "x"}]}]})");
  const auto change =
      server_
          .get(
              "/changes/"
              "77?o=ALL_REVISIONS&o=CURRENT_COMMIT&o=CURRENT_FILES&o=DETAILED_ACCOUNTS&o=MESSAGES&o=LABELS")
          .json;
  EXPECT_EQ(change["id"], "a%2Fb~master~Iffff000000000000000000000000000000000000");
  EXPECT_EQ(change["owner"]["username"], "olga");
  EXPECT_EQ(change["created"], "2022-05-19 12:00:00.000000000");
  EXPECT_EQ(change["updated"], "2022-05-19 13:00:00.000000000");
  EXPECT_EQ(change["insertions"], 4);
  EXPECT_EQ(change["deletions"], 2);
  EXPECT_EQ(change["current_revision"], kFirst);
  const auto revision = change["revisions"][kFirst];
  EXPECT_EQ(revision["uploader"]["username"], "ulf");
  EXPECT_EQ(revision["ref"], "refs/changes/77/77/1");
  EXPECT_EQ(revision["files"]["x"],
            Json({{"status", "A"}, {"lines_inserted", 3}, {"size", 0}, {"size_delta", 0}}));
  EXPECT_EQ(revision["commit"]["author"],
            Json({{"name", "N"}, {"email", "n@x"}, {"date", "2022-05-18 00:00:00.000000000"}, {"tz", 60}}));
  EXPECT_EQ(revision["commit"]["committer"]["name"], "ulf");
  EXPECT_EQ(revision["commit"]["parents"][0]["commit"], kSecond);
  EXPECT_EQ(change["labels"]["Code-Review"]["approved"]["username"], "rita");
  ASSERT_EQ(change["messages"].size(), 1u);
  EXPECT_EQ(change["messages"][0]["message"], "hi");
  server_.add_project("other");
  EXPECT_EQ(server_.add_change("other"), 78) << "numbers go on";
}

TEST_F(SeedTest, OneMoreRevisionIsAPatchSet) {
  const std::string head =
      R"({"projects": [{"name": "p", "branches": {"master": "0000000000000000000000000000000000000001"}}],
    "changes": [{"project": "p", "branch": "master", "change_id": "Iffff000000000000000000000000000000000000", "owner": "o", "subject": "S", "revisions": [)";
  seed(head + R"({"revision": ")" + kFirst + R"("}]}]})");
  server_.post("rita /changes/1/revisions/current/review", {{"labels", {{"Code-Review", 2}}}});
  const auto before = server_.get("/changes/1").json["updated"].get<std::string>();
  seed(head + R"({"revision": ")" + kFirst + R"("}, {"revision": ")" + kSecond + R"(", "files": ["f"]}]}]})");
  const auto change = server_.get("/changes/1?o=ALL_REVISIONS&o=MESSAGES&o=LABELS&o=DETAILED_LABELS").json;
  EXPECT_EQ(change["current_revision"], kSecond);
  EXPECT_EQ(change["revisions"].size(), 2u);
  EXPECT_EQ(change["revisions"][kSecond]["_number"], 2);
  EXPECT_EQ(change["messages"].back()["message"], "Uploaded patch set 2.");
  EXPECT_EQ(change["messages"].back()["_revision_number"], 2);
  EXPECT_GT(change["updated"].get<std::string>(), before);
  EXPECT_FALSE(change["labels"]["Code-Review"].contains("approved")) << "votes were for another patch set";
  EXPECT_EQ(change["labels"]["Code-Review"]["all"][0]["value"], 0);
  EXPECT_EQ(server_.get("/changes/1/revisions/1/commit").json["commit"], kFirst);
  EXPECT_EQ(server_.post("rita /changes/1/revisions/1/review", {{"labels", {{"Code-Review", 1}}}}).status,
            200);
  EXPECT_FALSE(server_.get("/changes/1?o=LABELS").json["labels"]["Code-Review"].contains("recommended"));
  seed(R"({"changes": [{"project": "p", "branch": "master", "_number": 1, "status": "MERGED"}]})");
  EXPECT_EQ(server_.get("/changes/1").json["status"], "MERGED");
  EXPECT_TRUE(server_.get("/changes/1").json.contains("submitted"));
}

TEST_F(SeedTest, WholeOrNotAtAll) {
  const auto text = error(
      R"({"accounts": [{"username": "a"}], "projects": [{"name": "p"}], "changes": [{"project": "q", "branch": "b", "subject": "s", "owner": "a"}]})");
  EXPECT_EQ(text, "422 changes[0].project: there is no project \"q\"");
  EXPECT_EQ(server_.get("/accounts/a").status, 404);
  EXPECT_EQ(server_.get("/projects/p").status, 404);
}

TEST_F(SeedTest, ErrorsSayWhere) {
  seed(
      R"({"accounts": [{"username": "a"}], "projects": [{"name": "p"}], "changes": [{"project": "p", "branch": "b", "subject": "s", "owner": "a"}]})");
  const auto change = [](const std::string& more) {
    return R"({"changes": [{"project": "p", "branch": "c", "subject": "s", "owner": "a", )" + more + "}]}";
  };
  const std::pair<std::string, const char*> wrong[] = {
      {"[]", "400 the seed: an object is expected"},
      {R"({"users": []})", "400 users: unknown field; there are accounts, changes, projects"},
      {R"({"accounts": [{}]})", "400 accounts[0].username: is missing, and so is _account_id"},
      {R"({"accounts": [{"username": "a", "nmae": "x"}]})", "400 accounts[0].nmae: unknown field"},
      {R"({"projects": [{"name": "x", "branches": {"m": "12"}}]})",
       "400 projects[0].branches.m: a commit's 40 lower-case"},
      {R"({"projects": [{"name": "x", "labels": {"L": {"values": {"big": "x"}}}}]})",
       "400 projects[0].labels.L: invalid value: big"},
      {R"({"changes": [{"project": "p", "branch": "b", "subject": "s"}]})",
       "400 changes[0].owner: is missing"},
      {R"({"changes": [{"project": "p", "branch": "c", "owner": "a"}]})",
       "400 changes[0].subject: is missing"},
      {change(R"("status": "OPEN")"), "400 changes[0].status: is none of"},
      {change(R"("_number": 1)"), "400 changes[0]._number: change 1 is p~b~I"},
      {change(R"("change_id": "I1")"), "400 changes[0].change_id: "},
      {change(R"("created": "now")"), "400 changes[0].created: \"now\" is no time"},
      {change(R"("votes": {"X": {"a": 1}})"), "422 changes[0].votes.X: the project has no such label"},
      {change(R"("votes": {"Code-Review": {"a": 3}})"), "400 changes[0].votes.Code-Review.a: is no value"},
      {change(R"("revisions": [{"revision": "abc"}])"),
       "400 changes[0].revisions[0].revision: 40 lower-case"},
      {change(R"("revisions": [{"kind": "BIG"}])"), "400 changes[0].revisions[0].kind: is none of"},
      {change(R"("revisions": [{"files": {"f": {"lines_inserted": "3"}}}])"),
       "400 changes[0].revisions[0].files.f.lines_inserted: has the wrong type"},
      {change(R"("revisions": [{"commit": {"parents": ["x"]}}])"),
       "400 changes[0].revisions[0].commit.parents: "},
      {change(R"("messages": [{"message": "m", "_revision_number": 2}])"),
       "400 changes[0].messages[0]._revision_number: is no patch set"}};
  for (const auto& [json, start] : wrong) EXPECT_THAT(error(json), testing::StartsWith(start)) << json;
  EXPECT_EQ(error(R"({"changes": [{"project": "p", "branch": "c", "subject": "s", "owner": 5}]})"),
            "422 changes[0].owner: there is no account 5");
  EXPECT_EQ(server_.query("project:p").size(), 1u);
}

TEST_F(SeedTest, ResetForgetsIt) {
  seed(
      R"({"accounts": [{"username": "a"}], "projects": [{"name": "p"}], "changes": [{"project": "p", "branch": "b", "subject": "s", "owner": "a"}]})");
  server_.api.reset();
  EXPECT_EQ(server_.get("/projects/").json.size(), 0u);
  EXPECT_EQ(server_.get("/changes/1").status, 404);
  EXPECT_EQ(server_.get("b /accounts/self").json["_account_id"], 1000000);
}

}  // namespace
}  // namespace fakes::gerrit
