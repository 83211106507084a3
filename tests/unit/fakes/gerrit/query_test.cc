#include <gmock/gmock.h>

#include "gerrit_server.h"

namespace fakes::gerrit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// 1: open, 2: merged, 3: abandoned, 4: open, in another project and branch; the newest is the first in an
/// answer.
class QueryTest : public testing::Test {
 protected:
  QueryTest() {
    server_.api.seed(Json::parse(R"({
      "accounts": [{"username": "alice", "name": "Alice A", "email": "alice@x.org"}, {"username": "bob"}, {"username": "carol"}],
      "projects": [{"name": "one", "branches": {"master": "1111111111111111111111111111111111111111"}},
                   {"name": "two/sub", "branches": {"dev": "2222222222222222222222222222222222222222"}}],
      "changes": [
        {"project": "one", "branch": "master", "subject": "Add a parser", "owner": "alice", "topic": "parsing", "hashtags": ["Fast"],
         "change_id": "Iaaaa000000000000000000000000000000000001", "reviewers": {"REVIEWER": ["bob"], "CC": ["carol"]},
         "updated": "2022-05-01 00:00:00", "created": "2022-05-01 00:00:00", "votes": {"Code-Review": {"bob": 2}},
         "revisions": [{"revision": "abcdef0000000000000000000000000000000001", "files": ["src/parser.cc"]}]},
        {"project": "one", "branch": "master", "subject": "Fix a leak", "owner": "bob", "status": "MERGED", "updated": "2022-05-02 00:00:00",
         "votes": {"Code-Review": {"alice": -1}}},
        {"project": "one", "branch": "master", "subject": "Rename", "owner": "alice", "status": "ABANDONED", "updated": "2022-05-03 00:00:00"},
        {"project": "two/sub", "branch": "dev", "subject": "Draft", "owner": "carol", "work_in_progress": true, "updated": "2022-05-04 00:00:00"}]})"));
  }
  std::vector<int> query(const std::string& text, const std::string& user = "") {
    return server_.query(text, user);
  }
  GerritServer server_;
};

TEST_F(QueryTest, ByPlaceAndStatus) {
  EXPECT_THAT(query("project:one"), ElementsAre(3, 2, 1));
  EXPECT_THAT(query("project:on"), IsEmpty());
  EXPECT_THAT(query("project:^two/.*"), ElementsAre(4));
  EXPECT_THAT(query("projects:two"), ElementsAre(4));
  EXPECT_THAT(query("branch:dev"), ElementsAre(4));
  EXPECT_THAT(query("branch:refs/heads/master status:open"), ElementsAre(1));
  EXPECT_THAT(query("status:open"), ElementsAre(4, 1));
  EXPECT_THAT(query("status:new"), ElementsAre(4, 1));
  EXPECT_THAT(query("status:closed"), ElementsAre(3, 2));
  EXPECT_THAT(query("is:merged OR is:abandoned"), ElementsAre(3, 2));
  EXPECT_THAT(query("status:OPEN -is:wip"), ElementsAre(1));
  EXPECT_THAT(query("NOT project:one"), ElementsAre(4));
  EXPECT_THAT(query("project:one (status:merged OR status:abandoned)"), ElementsAre(3, 2));
}

TEST_F(QueryTest, ByPeople) {
  EXPECT_THAT(query("owner:alice"), ElementsAre(3, 1));
  EXPECT_THAT(query("owner:alice@x.org"), ElementsAre(3, 1));
  EXPECT_THAT(query("owner:\"Alice A\" is:open"), ElementsAre(1));
  EXPECT_THAT(query("owner:self", "bob"), ElementsAre(2));
  EXPECT_THAT(query("is:owner", "bob"), ElementsAre(2));
  EXPECT_THAT(query("is:reviewer", "bob"), ElementsAre(1));
  EXPECT_THAT(query("reviewer:bob"), ElementsAre(1));
  EXPECT_THAT(query("cc:carol"), ElementsAre(1));
  EXPECT_THAT(query("reviewer:carol"), IsEmpty());
  const auto nobody = server_.get("/changes/?q=owner:self");
  EXPECT_EQ(nobody.status, 403);
  EXPECT_EQ(nobody.body, "Must be signed-in to use this operator\n");
  EXPECT_EQ(server_.get("/changes/?q=owner:zoe").body, "Account 'zoe' not found\n");
}

TEST_F(QueryTest, ByNames) {
  EXPECT_THAT(query("1"), ElementsAre(1));
  EXPECT_THAT(query("Iaaaa000000000000000000000000000000000001"), ElementsAre(1));
  EXPECT_THAT(query("change:Iaaaa0"), ElementsAre(1));
  EXPECT_THAT(query("one~master~Iaaaa000000000000000000000000000000000001"), ElementsAre(1));
  EXPECT_THAT(query("change:9"), IsEmpty());
  EXPECT_THAT(query("commit:ABCDEF"), ElementsAre(1));
  EXPECT_THAT(query("abcdef0000"), ElementsAre(1));
  EXPECT_THAT(query("topic:parsing"), ElementsAre(1));
  EXPECT_THAT(query("topic:pars"), IsEmpty());
  EXPECT_THAT(query("intopic:pars"), ElementsAre(1));
  EXPECT_THAT(query("hashtag:fast"), ElementsAre(1));
  EXPECT_THAT(query("file:src/parser.cc"), ElementsAre(1));
  EXPECT_THAT(query("file:^src/.*"), ElementsAre(1));
  EXPECT_THAT(query("message:LEAK"), ElementsAre(2));
  EXPECT_THAT(query("leak"), ElementsAre(2));
  EXPECT_THAT(query("carol"), ElementsAre(4, 1));
}

TEST_F(QueryTest, ByLabels) {
  EXPECT_THAT(query("label:Code-Review+2"), ElementsAre(1));
  EXPECT_THAT(query("label:Code-Review=2"), ElementsAre(1));
  EXPECT_THAT(query("label:code-review=+2"), ElementsAre(1));
  EXPECT_THAT(query("label:Code-Review+1"), IsEmpty());
  EXPECT_THAT(query("label:Code-Review>=1"), ElementsAre(1));
  EXPECT_THAT(query("label:Code-Review>2"), IsEmpty());
  EXPECT_THAT(query("label:Code-Review<0"), ElementsAre(2));
  EXPECT_THAT(query("label:Code-Review-1"), ElementsAre(2));
  EXPECT_THAT(query("label:Code-Review<=0"), ElementsAre(4, 3, 2));
  EXPECT_THAT(query("label:Code-Review=0"), ElementsAre(4, 3));
  EXPECT_THAT(query("label:Code-Review=MAX"), ElementsAre(1));
  EXPECT_THAT(query("label:Code-Review=ANY"), ElementsAre(2, 1));
  EXPECT_THAT(query("label:Code-Review=need status:open"), ElementsAre(4));
  EXPECT_THAT(query("label:Code-Review=ok"), ElementsAre(1));
  EXPECT_THAT(query("label:Code-Review=2,bob"), ElementsAre(1));
  EXPECT_THAT(query("label:Code-Review=2,user=alice"), IsEmpty());
  EXPECT_THAT(query("label:Code-Review=2,self", "bob"), ElementsAre(1));
  EXPECT_THAT(query("label:Code-Review=2,owner"), IsEmpty());
  EXPECT_THAT(query("label:Verified=1"), IsEmpty());
  EXPECT_THAT(query("is:submittable"), ElementsAre(1));
}

TEST_F(QueryTest, ByTime) {
  EXPECT_THAT(query("after:2022-05-03"), ElementsAre(4, 3));
  EXPECT_THAT(query("before:\"2022-05-02 00:00:00\""), ElementsAre(2, 1));
  EXPECT_THAT(query("age:1d"), ElementsAre(4, 3, 2, 1));
  server_.post("alice /changes/3/restore");
  EXPECT_THAT(query("-age:1d"), ElementsAre(3));
}

TEST_F(QueryTest, WhatIsWrongIsAnError) {
  const std::pair<const char*, const char*> wrong[] = {{"foo:bar", "Unsupported operator foo:bar\n"},
                                                       {"status:opened", "Unrecognized value: opened\n"},
                                                       {"is:stared", "Unrecognized value: stared\n"},
                                                       {"change:x", "Invalid change format\n"},
                                                       {"age:soon", "Invalid age: soon\n"},
                                                       {"limit:0", "Invalid limit: 0\n"},
                                                       {"after:today", "Invalid timestamp: today\n"},
                                                       {"label:Code-Review=x", "Invalid label value: x\n"},
                                                       {"project:\"^(\"", "invalid regular expression: ^(\n"},
                                                       {"(a", "line 1:2 missing ')'\n"}};
  for (const auto& [text, error] : wrong) {
    const auto answer = server_.get("/changes/?q=" + encoded_query(text));
    EXPECT_EQ(answer.status, 400) << text;
    EXPECT_EQ(answer.body, error);
  }
}

TEST_F(QueryTest, PagesAndManyQueries) {
  const auto first = server_.get("/changes/?q=project:one&n=2").json;
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0]["_number"], 3);
  EXPECT_FALSE(first[0].contains("_more_changes"));
  EXPECT_EQ(first[1]["_more_changes"], true);
  for (const char* start : {"S=2", "start=2"}) {
    const auto rest = server_.get(std::string("/changes/?q=project:one&n=2&") + start).json;
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest[0]["_number"], 1);
    EXPECT_FALSE(rest[0].contains("_more_changes"));
  }
  EXPECT_EQ(server_.get("/changes/?q=limit:1").json.size(), 1u);
  EXPECT_THAT(server_.get("/changes/?q=project:one&start=9").json, IsEmpty());
  const auto two = server_.get("/changes/?q=status:merged&q=status:abandoned&q=status:xyz").body;
  EXPECT_THAT(two, HasSubstr("Unrecognized value: xyz"));
  const auto lists = server_.get("/changes/?q=status:merged&q=is:open&n=1").json;
  ASSERT_EQ(lists.size(), 2u);
  EXPECT_EQ(lists[0][0]["_number"], 2);
  EXPECT_EQ(lists[1][0]["_more_changes"], true);
  EXPECT_EQ(server_.get("/changes/").json.size(), 2u) << "open ones";
  std::string eleven = "/changes/?";
  for (int i = 0; i < 11; ++i) eleven += "&q=1";
  EXPECT_EQ(server_.get(eleven).body, "limit of 10 queries\n");
  EXPECT_EQ(server_.get("/changes/?n=x").body, "\"x\" is not a valid value for \"-n\"\n");
  EXPECT_EQ(server_.get("/changes/?o=X").body, "\"X\" is not a valid value for \"-o\"\n");
  EXPECT_EQ(server_.get("/changes/?foo=X").body, "\"--foo\" is not a valid option\n");
}

}  // namespace
}  // namespace fakes::gerrit
