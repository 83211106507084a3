// What Gerrit has and the fake has not, and what Gerrit has not either.
#include <gmock/gmock.h>

#include <set>

#include "gerrit/catalogue.h"
#include "gerrit_server.h"
#include "http/catalogue.h"

namespace fakes::gerrit {
namespace {

using testing::HasSubstr;

class Gaps : public testing::Test {
 protected:
  Gaps() {
    server_.add_project("p", kBothLabels);
    server_.add_change("p");
  }
  GerritServer server_;
};

TEST_F(Gaps, ARouteOfGerritsIs501) {
  for (const std::string route : {"GET /changes/1/drafts",
                                  "GET /changes/1/robotcomments",
                                  "POST /changes/1/index",
                                  "GET /changes/1/check",
                                  "GET /changes/1/in",
                                  "POST /changes/1/patch:apply",
                                  "GET /changes/1/attention",
                                  "GET /changes/1/suggest_reviewers",
                                  "GET /changes/1/revisions/1/mergelist",
                                  "GET /changes/1/revisions/current/archive",
                                  "GET /changes/1/revisions/1/files/a/blame",
                                  "GET /changes/1/revisions/1/preview_submit",
                                  "PUT /changes/1/revisions/1/drafts",
                                  "GET /accounts/self/groups",
                                  "PUT /accounts/self/name",
                                  "GET /accounts/self/starred.changes",
                                  "GET /groups/",
                                  "GET /groups/x/members/",
                                  "GET /projects/p/tags/",
                                  "PUT /projects/p/tags/v1",
                                  "GET /projects/p/access",
                                  "GET /projects/p/config",
                                  "POST /projects/p/branches:delete",
                                  "GET /config/server/caches/",
                                  "POST /config/server/caches/x/flush",
                                  "GET /plugins/",
                                  "POST /plugins/x/y",
                                  "GET /access/?project=p",
                                  "GET /c/p/+/1",
                                  "GET /ssh_info",
                                  "GET /p/info/refs?service=git-receive-pack"}) {
    const auto method = route.substr(0, route.find(' ')), target = route.substr(route.find(' ') + 1);
    for (const std::string& user : {std::string(), std::string("alice ")}) {
      const auto answer = server_.call(method, user + target, method == "GET" ? "" : "{}");
      EXPECT_EQ(answer.status, 501) << user << route << " " << answer.body;
      EXPECT_THAT(Json::parse(answer.body).dump(), HasSubstr("this fake does not have"));
    }
  }
}

TEST_F(Gaps, WhatGerritHasNotEitherIs404Or405) {
  for (const char* path :
       {"/change/1", "/changes/1/nothing", "/changes/1/revisions/current/nothing", "/projects/p/nothing",
        "/x", "/changes/1/revisions/1/files/a/content/x", "/config/other/version"})
    EXPECT_EQ(server_.get(path).status, 404) << path;
  EXPECT_EQ(server_.call("PATCH", "alice /changes/1").status, 405);
  EXPECT_EQ(server_.call("PUT", "alice /changes/1/submit").status, 405);
}

TEST_F(Gaps, AFieldOfGerritsIs501AndAnUnknownOneIsIgnored) {
  const auto review = [&](const Json& body) {
    return server_.post("bob /changes/1/revisions/current/review", body);
  };
  for (const char* field :
       {"robot_comments", "draft_ids_to_publish", "add_to_attention_set", "remove_from_attention_set"}) {
    const auto answer = review({{"message", "x"}, {field, {"x"}}});
    EXPECT_EQ(answer.status, 501) << field;
    EXPECT_THAT(answer.body, HasSubstr(field));
  }
  EXPECT_EQ(server_.get("/changes/1/messages").json.size(), 1u) << "nothing of it was done";
  EXPECT_EQ(review({{"message", "x"}, {"no_such_field", 1}}).status, 200);
  const Json input{{"project", "p"}, {"branch", "master"}, {"subject", "x"}};
  auto merge = input;
  merge["merge"] = {{"source", "stable"}};
  EXPECT_THAT(server_.post("alice /changes/", merge).body, HasSubstr("this fake does not have merge"));
  auto other = input;
  other["surprise"] = {{"source", 1}};
  EXPECT_EQ(server_.post("alice /changes/", other).status, 201);
  EXPECT_EQ(server_.put("alice /projects/q", {{"submit_type", "REBASE_ALWAYS"}}).status, 501);
  EXPECT_EQ(server_.put("alice /projects/q", {{"parent", "other"}}).status, 501);
  EXPECT_EQ(server_
                .put("alice /projects/q", {{"owner", "x"},
                                           {"parent", ""},
                                           {"permissions_only", false},
                                           {"owners", nullptr},
                                           {"plugin_config_values", Json::object()},
                                           {"submit_type", "INHERIT"}})
                .status,
            201)
      << "no field of Gerrit's, and what clients send as nothing";
}

TEST_F(Gaps, WhatACommentHas) {
  const auto comment = [&](const Json& more) {
    Json input{{"message", "m"}};
    input.update(more);
    return server_.post("bob /changes/1/revisions/current/review",
                        {{"comments", {{"/COMMIT_MSG", {input}}}}});
  };
  const auto fix = comment({{"fix_suggestions", {{{"description", "d"}}}}});
  EXPECT_EQ(fix.status, 501);
  EXPECT_THAT(fix.body, HasSubstr("comments.{}[].fix_suggestions"));
  EXPECT_EQ(comment({{"id", "x"}}).status, 501);
  EXPECT_EQ(comment({{"in_reply_to", "nobody"}}).status, 422);
  EXPECT_EQ(server_.get("/changes/1/comments").json.size(), 0u) << "nothing of it was done";
  EXPECT_EQ(comment({{"line", 1}}).status, 200);
  const std::string first = server_.get("/changes/1/comments").json["/COMMIT_MSG"][0]["id"];
  EXPECT_EQ(comment({{"in_reply_to", first}}).status, 200);
}

TEST_F(Gaps, ALabelThatLocks) {
  const Json label{{"values", {{" 0", "no"}, {"+1", "locked"}}}, {"function", "PatchSetLock"}};
  EXPECT_EQ(server_.put("alice /projects/p/labels/Lock", label).status, 501);
}

TEST_F(Gaps, OptionsParametersAndHeaders) {
  for (const char* option : {"CHECK", "REVIEWED", "TRACKING_IDS", "PUSH_CERTIFICATES", "REVIEWER_UPDATES",
                             "CUSTOM_KEYED_VALUES"}) {
    const auto answer = server_.get(std::string("/changes/1?o=") + option);
    EXPECT_EQ(answer.status, 501) << option;
    EXPECT_THAT(answer.body, HasSubstr(option));
    EXPECT_EQ(server_.get(std::string("/changes/?q=status:open&o=") + option).status, 501);
  }
  EXPECT_EQ(server_.get("/changes/1?o=NOTHING").body, "\"NOTHING\" is not a valid value for \"-o\"\n");
  EXPECT_EQ(server_.get("/changes/1?O=1").status, 501);
  EXPECT_EQ(server_.get("/changes/1?x=1").body, "\"-x\" is not a valid option\n");
  EXPECT_EQ(server_.get("/changes/1/topic?verbose").body, "\"--verbose\" is not a valid option\n");
  EXPECT_EQ(server_.get("/changes/1/comments?enable-context=true").status, 501);
  EXPECT_EQ(server_.get("/projects/?t").status, 501);
  EXPECT_EQ(server_.get("/changes/1?pp=1").status, 200);
  for (const char* header : {"X-Gerrit-RunAs", "X-HTTP-Method-Override"})
    EXPECT_EQ(server_.call("GET", "alice /changes/1", "", {{header, "bob"}}).status, 501);
}

TEST_F(Gaps, QueryOperators) {
  for (const char* query :
       {"uploaderin:x", "has:draft", "size:>10", "conflicts:1", "parentof:1", "author:x", "comment:x",
        "is:starred", "is:started", "mergedafter:2020-01-01", "visibleto:x", "attention:self", "-author:x",
        "(status:open OR dir:x)", "message:^Change.*", "subject:^x", "label:Code-Review=1,count=2",
        "label:Code-Review=1,group=x", "label:Code-Review=1,user=non_uploader"}) {
    const auto answer = server_.get("alice /changes/?q=" + encoded_query(query));
    EXPECT_EQ(answer.status, 501) << query;
    EXPECT_THAT(answer.body, HasSubstr("the query operator ")) << query;
  }
  EXPECT_EQ(server_.get("/changes/?q=foo:bar").body, "Unsupported operator foo:bar\n");
  EXPECT_EQ(server_.query("uploader:alice"), std::vector<int>{1});
  EXPECT_EQ(server_.query("topic:\"\""), std::vector<int>{1});
  server_.put("alice /changes/1/topic", {{"topic", "some topic"}});
  EXPECT_EQ(server_.query("intopic:^some.*"), std::vector<int>{1});
  EXPECT_EQ(server_.query("topic:\"\""), std::vector<int>{});
}

TEST(Catalogue, IsReadAndHasNoRouteTwice) {
  std::set<std::string> seen;
  for (const auto& route : http::read_catalogue(kCatalogue))
    EXPECT_TRUE(seen.insert(route.method + route.pattern).second) << route.pattern;
  EXPECT_GT(seen.size(), 300u);
}

}  // namespace
}  // namespace fakes::gerrit
