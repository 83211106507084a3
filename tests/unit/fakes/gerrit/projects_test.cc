#include <gmock/gmock.h>

#include "gerrit_server.h"

namespace fakes::gerrit {
namespace {

using testing::MatchesRegex;

class ProjectsTest : public testing::Test {
 protected:
  GerritServer server_;
};

TEST_F(ProjectsTest, AProjectIsMadeOnce) {
  const auto made =
      server_.put("alice /projects/a%2Fb", {{"description", "what"}, {"create_empty_commit", "true"}});
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.json["id"], "a%2Fb");
  EXPECT_EQ(made.json["name"], "a/b");
  EXPECT_EQ(made.json["description"], "what");
  EXPECT_EQ(made.json["state"], "ACTIVE");
  EXPECT_EQ(made.json["labels"]["Code-Review"]["values"]["+2"], "Looks good to me, approved");
  EXPECT_EQ(server_.get("/projects/a%2Fb").json, made.json);
  const auto again = server_.put("alice /projects/a%2Fb");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.body, "Project \"a/b\" already exists\n");
  EXPECT_EQ(server_.put("/projects/c").status, 403);
  EXPECT_EQ(server_.get("/projects/c").body, "Not found: c\n");
  EXPECT_EQ(server_.put("alice /projects/c", {{"name", "d"}}).body, "name must match URL\n");
  EXPECT_EQ(server_.put("alice /projects/a..b").status, 400);
  EXPECT_EQ(server_.put("alice /projects/c", {{"branches", {"a b"}}}).status, 400);
  EXPECT_EQ(server_.put("alice /projects/c.git").json["name"], "c");
}

TEST_F(ProjectsTest, ListsAreFiltered) {
  for (const char* name : {"tools/a", "tools/b", "web"}) server_.add_project(name);
  server_.put("alice /projects/empty", {{"description", "nothing"}});
  EXPECT_EQ(server_.get("/projects/").json.size(), 4u);
  EXPECT_EQ(server_.get("/projects/?p=tools").json.size(), 2u);
  EXPECT_EQ(server_.get("/projects/?m=EB").json.size(), 1u);
  EXPECT_EQ(server_.get("/projects/?r=.*a").json.size(), 1u);
  EXPECT_EQ(server_.get("/projects/?d&p=empty").json["empty"]["description"], "nothing");
  const auto with_master = server_.get("/projects/?b=master").json;
  EXPECT_EQ(with_master.size(), 3u);
  EXPECT_THAT(with_master["web"]["branches"]["master"].get<std::string>(), MatchesRegex("[0-9a-f]+"));
  const auto page = server_.get("/projects/?n=2&S=1").json;
  EXPECT_EQ(page.size(), 2u);
  EXPECT_EQ(page["tools/b"]["_more_projects"], true);
  EXPECT_EQ(server_.get("/projects/?x=1").status, 400);
}

TEST_F(ProjectsTest, Branches) {
  server_.add_project("p");
  const auto tip = server_.get("/projects/p/branches/master").json["revision"];
  EXPECT_EQ(server_.get("/projects/p/branches/refs%2Fheads%2Fmaster").json["ref"], "refs/heads/master");
  const auto made = server_.put("alice /projects/p/branches/rel%2F1", {{"revision", "master"}});
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.json, Json({{"ref", "refs/heads/rel/1"}, {"revision", tip}, {"can_delete", true}}));
  EXPECT_EQ(server_.put("alice /projects/p/branches/fresh").json["revision"], tip) << "of HEAD";
  EXPECT_NE(server_.put("alice /projects/p/branches/other", {{"create_empty_commit", true}}).json["revision"],
            Json());
  const auto list = server_.get("/projects/p/branches/").json;
  ASSERT_EQ(list.size(), 5u);
  EXPECT_EQ(list[0], Json({{"ref", "HEAD"}, {"revision", "master"}}));
  EXPECT_EQ(server_.get("/projects/p/branches/?n=1&s=1").json[0]["ref"], "refs/heads/fresh");
  EXPECT_EQ(server_.get("/projects/p/branches/?m=REL").json.size(), 1u);
}

TEST_F(ProjectsTest, BranchesThatCannotBe) {
  server_.add_project("p");
  const std::tuple<const char*, Json, int, const char*> wrong[] = {
      {"master", {}, 409, "branch \"refs/heads/master\" already exists\n"},
      {"master%2Fa",
       {},
       409,
       "Cannot create branch \"refs/heads/master/a\" since it conflicts with branch "
       "\"refs/heads/master\".\n"},
      {"x", {{"revision", "nope"}}, 422, "base revision \"nope\" not found\n"},
      {"x",
       {{"revision", "0123456789012345678901234567890123456789"}},
       422,
       "base revision \"0123456789012345678901234567890123456789\" not found\n"},
      {"x", {{"ref", "y"}}, 400, "ref must match URL\n"},
      {"a%20b", {}, 400, "invalid branch name \"refs/heads/a b\"\n"}};
  for (const auto& [branch, input, status, error] : wrong) {
    const auto answer = server_.put(std::string("alice /projects/p/branches/") + branch, input);
    EXPECT_EQ(answer.status, status) << branch;
    EXPECT_EQ(answer.body, error);
  }
  EXPECT_EQ(server_.get("/projects/p/branches/x").body, "Not found: x\n");
  EXPECT_EQ(server_.put("alice /projects/nope/branches/x").status, 404);
  EXPECT_EQ(server_.put("alice /projects/p/branches/refs%2Ftags%2Fv1").status, 400);
}

TEST_F(ProjectsTest, DescriptionAndLabels) {
  server_.add_project("p");
  EXPECT_EQ(server_.put("alice /projects/p/description", {{"description", "d"}}).json, "d");
  EXPECT_EQ(server_.get("/projects/p/description").json, "d");
  EXPECT_EQ(server_.get("/projects/p/HEAD").json, "refs/heads/master");
  const Json verified{{"values", {{"-1", "Fails"}, {"+1", "Works"}}}, {"function", "NoBlock"}};
  EXPECT_EQ(server_.put("alice /projects/p/labels/Verified", verified).status, 201);
  EXPECT_EQ(server_.put("alice /projects/p/labels/Verified", {{"function", "MaxWithBlock"}}).status, 200);
  const auto label = server_.get("/projects/p/labels/Verified").json;
  EXPECT_EQ(label["function"], "MaxWithBlock");
  EXPECT_EQ(label["values"][" 0"], "No score");
  EXPECT_EQ(server_.get("/projects/p/labels/").json.size(), 2u);
  EXPECT_EQ(server_.put("alice /projects/p/labels/X").status, 400);
  EXPECT_EQ(server_.put("alice /projects/p/labels/X", {{"values", {{"much", "x"}}}}).status, 400);
  EXPECT_EQ(server_.put("alice /projects/p/labels/Verified", {{"default_value", 9}}).status, 400);
  EXPECT_EQ(server_.get("/projects/p/labels/X").status, 404);
}

}  // namespace
}  // namespace fakes::gerrit
