// Names, settings and people of repositories; organizations and teams.
#include "fake.h"

namespace fakes::github {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class RepositoriesTest : public GitHubTest {
 protected:
  std::string as(const std::string& login) { return std::exchange(actor_, login); }
};

TEST_F(RepositoriesTest, ARenamedOneIsFoundByItsOldName) {
  const Json before = get("");
  open_pull();
  EXPECT_EQ(must(200, "PATCH", "", {{"name", "new"}})["full_name"], "octo/new");
  const auto moved = ask("GET", "/repos/octo/hello/issues/1?x=y");
  EXPECT_EQ(moved.status, 301);
  const std::string id = before["id"].dump();
  EXPECT_EQ(moved.headers.at("location"), "http://test/repositories/" + id + "/issues/1?x=y");
  EXPECT_EQ(moved.json()["message"], "Moved Permanently");
  const auto written = ask("POST", "/repos/octo/hello/issues", R"({"title": "x"})");
  EXPECT_EQ(written.status, 307);
  EXPECT_EQ(written.headers.at("location"), "http://test/repositories/" + id + "/issues");
  EXPECT_EQ(get("/repositories/" + id)["full_name"], "octo/new");
  EXPECT_EQ(get("/repositories/" + id + "/issues/1")["number"], 1);
  EXPECT_EQ(must(201, "POST", "/api/v3/repositories/" + id + "/issues", {{"title", "x"}})["number"], 2);
  EXPECT_EQ(get("/repos/octo/new/pulls/1")["head"]["repo"]["full_name"], "octo/new");
  must(404, "GET", "/repositories/999/issues");
  must(422, "PATCH", "/repos/octo/new", {{"name", "a b"}});
  must(201, "POST", "/orgs/octo/repos", {{"name", "hello"}});  // the old name is free again
  EXPECT_EQ(get("/repos/octo/hello")["full_name"], "octo/hello");
}

TEST_F(RepositoriesTest, SettingsAreKept) {
  const Json changed = must(200, "PATCH", "",
                            {{"homepage", "https://x"},
                             {"visibility", "private"},
                             {"delete_branch_on_merge", true},
                             {"has_wiki", false},
                             {"allow_squash_merge", false}});
  EXPECT_EQ(changed["homepage"], "https://x");
  EXPECT_EQ(changed["private"], true);
  EXPECT_EQ(changed["delete_branch_on_merge"], true);
  EXPECT_EQ(changed["has_wiki"], false);
  EXPECT_EQ(get("")["allow_squash_merge"], false);
  EXPECT_EQ(must(200, "PATCH", "", {{"visibility", "public"}, {"default_branch", "topic"}})["default_branch"],
            "topic");
  must(422, "PATCH", "", {{"visibility", "secret"}});
  must(422, "PATCH", "", {{"private", "yes"}});
  must(422, "PATCH", "", {{"delete_branch_on_merge", 1}});
}

TEST_F(RepositoriesTest, PermissionsAreWhoAsks) {
  {
    const std::lock_guard lock(state_.mutex);
    state_.find_repository("octo/hello")->collaborators["reader"] = {.login = "reader", .role = "triage"};
  }
  const Json all{{"pull", true}, {"triage", true}, {"push", true}, {"maintain", true}, {"admin", true}};
  EXPECT_EQ(get("")["permissions"], all) << "nothing was given to alice: she may do everything";
  actor_ = "reader";
  const Json some{{"pull", true}, {"triage", true}, {"push", false}, {"maintain", false}, {"admin", false}};
  EXPECT_EQ(get("")["permissions"], some);
  open_pull();
  EXPECT_EQ(get("pulls/1")["base"]["repo"]["permissions"], some);
  as_app({{"contents", "write"}});
  EXPECT_EQ(get("")["permissions"]["push"], true);
  EXPECT_EQ(get("")["permissions"]["admin"], false);
  token_ = actor_ = "";
  EXPECT_FALSE(get("").contains("permissions"));
}

TEST_F(RepositoriesTest, OnesOwnAreChosenByTypeOrByVisibility) {
  must(201, "POST", "/user/repos", {{"name", "mine"}});
  EXPECT_THAT(column(get("/user/repos?type=owner"), "name"), ElementsAre("mine"));
  for (const char* more : {"visibility=all", "affiliation=owner"})
    EXPECT_EQ(must(422, "GET", std::string("/user/repos?type=owner&") + more)["message"],
              "If you specify visibility or affiliation, you cannot specify type.");
}

TEST_F(RepositoriesTest, OneAloneHasMoreThanOneOfAList) {
  const Json alone = get("");
  EXPECT_EQ(alone["subscribers_count"], 0);
  EXPECT_EQ(alone["squash_merge_commit_title"], "COMMIT_OR_PR_TITLE");
  EXPECT_EQ(alone["contents_url"], "http://test/repos/octo/hello/contents/{+path}");
  EXPECT_FALSE(alone.contains("organization"));
  EXPECT_FALSE(get("/repositories")[0].contains("subscribers_count"));
  EXPECT_EQ(must(201, "POST", "/orgs/acme/repos", {{"name", "tool"}})["organization"]["login"], "acme");
  EXPECT_EQ(get("/orgs/acme")["public_members_url"], "http://test/orgs/acme/public_members{/member}");
}

TEST_F(RepositoriesTest, AnArchivedOneIsReadOnly) {
  must(200, "PATCH", "", {{"archived", true}});
  EXPECT_EQ(get("")["archived"], true);
  for (const auto& [method, path, body] : {std::tuple{"POST", "issues", Json{{"title", "x"}}},
                                           {"PATCH", "", Json{{"description", "x"}}},
                                           {"PUT", "topics", Json{{"names", {"a"}}}},
                                           {"DELETE", "git/refs/heads/topic", Json()}})
    EXPECT_EQ(must(403, method, path, body)["message"], "Repository was archived so is read-only.") << path;
  EXPECT_EQ(must(200, "PATCH", "", {{"archived", false}, {"description", "x"}})["description"], "x");
  must(201, "POST", "issues", {{"title", "x"}});
  must(200, "PATCH", "", {{"archived", true}});
  must(204, "DELETE", "");
}

TEST_F(RepositoriesTest, Topics) {
  EXPECT_EQ(must(200, "PUT", "topics", {{"names", {"Kind", "go", "go"}}})["names"],
            Json::parse(R"(["kind", "go"])"));
  EXPECT_EQ(get("")["topics"], Json::parse(R"(["kind", "go"])"));
  EXPECT_EQ(get("topics")["names"].size(), 2u);
  must(422, "PUT", "topics", {{"names", {"a b"}}});
  must(422, "PUT", "topics", {{"names", "go"}});
}

TEST_F(RepositoriesTest, InvitationsAreAccepted) {
  const Json invitation = must(201, "PUT", "collaborators/bob", {{"permission", "maintain"}});
  must(404, "GET", "collaborators/bob");
  as("bob");
  EXPECT_EQ(get("/user/repository_invitations")[0]["id"], invitation["id"]);
  must(204, "PATCH", "/user/repository_invitations/" + invitation["id"].dump());
  as("alice");
  must(204, "GET", "collaborators/bob");
  EXPECT_EQ(get("collaborators/bob/permission")["permission"], "write");
  EXPECT_EQ(get("collaborators/bob/permission")["role_name"], "maintain");
  EXPECT_EQ(get("collaborators/octo/permission")["permission"], "admin");
  must(204, "PUT", "collaborators/bob", {{"permission", "admin"}});
  EXPECT_EQ(get("collaborators/bob/permission")["permission"], "admin");
  must(422, "PUT", "collaborators/bob", {{"permission", "king"}});
  must(204, "DELETE", "collaborators/bob");
  must(404, "GET", "collaborators/bob");
}

TEST_F(RepositoriesTest, OrganizationsHaveMembersAndTeams) {
  seed_json(Json::parse(R"({"organizations": [{"login": "acme", "members": {"ann": "admin", "ben": "member"},
    "teams": [{"name": "The Team", "members": {"ben": "maintainer"}, "repositories": {"acme/tool": "push"}}]}], "repositories": [{"full_name": "acme/tool"}]})"));
  EXPECT_THAT(column(get("/orgs/acme/members"), "login"), UnorderedElementsAre("ann", "ben"));
  EXPECT_THAT(column(get("/orgs/acme/members?role=admin"), "login"), ElementsAre("ann"));
  must(204, "GET", "/orgs/acme/members/BEN");
  must(404, "GET", "/orgs/acme/members/zoe");
  EXPECT_EQ(get("/orgs/acme/memberships/ann")["role"], "admin");
  EXPECT_EQ(must(200, "PUT", "/orgs/acme/memberships/zoe", {{"role", "member"}})["state"], "pending");
  must(200, "PUT", "/orgs/acme/teams/the-team/memberships/zoe");
  for (const char* path : {"/orgs/acme/invitations", "/orgs/acme/invitations?role=direct_member",
                           "/orgs/acme/teams/the-team/invitations"})
    EXPECT_THAT(column(get(path), "login"), ElementsAre("zoe")) << path;
  EXPECT_EQ(get("/orgs/acme/invitations?role=admin").size(), 0u);
  must(204, "DELETE", "/orgs/acme/teams/the-team/memberships/zoe");
  as("zoe");
  EXPECT_EQ(must(200, "PATCH", "/user/memberships/orgs/acme", {{"state", "active"}})["state"], "active");
  as("alice");
  EXPECT_EQ(get("/orgs/acme/invitations").size(), 0u);
  const Json team = get("/orgs/acme/teams/the-team");
  EXPECT_EQ(team["name"], "The Team");
  EXPECT_THAT(column(get("/orgs/acme/teams/the-team/members"), "login"), ElementsAre("ben"));
  EXPECT_EQ(get("/teams/" + team["id"].dump() + "/memberships/ben")["role"], "maintainer");
  EXPECT_EQ(get("/repos/acme/tool/collaborators/ben/permission")["permission"], "write");
  EXPECT_EQ(get("/repos/acme/tool/teams")[0]["permission"], "push");
  must(204, "PUT", "/orgs/acme/teams/the-team/repos/acme/tool", {{"permission", "admin"}});
  EXPECT_EQ(get("/repos/acme/tool/collaborators/ben/permission")["permission"], "admin");
  const Json made = must(201, "POST", "/orgs/acme/teams",
                         {{"name", "New One"},
                          {"privacy", "secret"},
                          {"parent_team_id", team["id"]},
                          {"repo_names", {"acme/tool"}}});
  EXPECT_EQ(made["slug"], "new-one");
  EXPECT_EQ(made["parent"]["slug"], "the-team");
  EXPECT_EQ(must(200, "PUT", "/orgs/acme/teams/new-one/memberships/ann")["state"], "active");
  EXPECT_EQ(must(200, "PATCH", "/orgs/acme/teams/new-one", {{"name", "Newer"}})["slug"], "newer");
  must(404, "GET", "/orgs/acme/teams/new-one");
  must(422, "POST", "/orgs/acme/teams", {{"name", "The team"}});
  must(204, "DELETE", "/orgs/acme/teams/newer");
  must(204, "DELETE", "/orgs/acme/members/ben");
  EXPECT_EQ(get("/orgs/acme/teams/the-team/members").size(), 0u);
}

TEST_F(RepositoriesTest, BranchProtection) {
  EXPECT_EQ(must(404, "GET", "branches/main/protection")["message"], "Branch not protected");
  must(404, "GET", "branches/none/protection");
  EXPECT_THAT(must(422, "PUT", "branches/main/protection", {{"enforce_admins", true}})["message"],
              HasSubstr("required_status_checks"));
  const Json wanted = Json::parse(
      R"({"required_status_checks": {"strict": true, "contexts": ["unit"]}, "enforce_admins": true,
    "required_pull_request_reviews": {"required_approving_review_count": 1}, "restrictions": {"users": ["bob"], "teams": [], "apps": []}, "allow_force_pushes": true})");
  EXPECT_EQ(must(200, "PUT", "branches/main/protection", wanted)["required_status_checks"]["contexts"],
            Json::parse(R"(["unit"])"));
  const Json got = get("branches/main/protection");
  EXPECT_EQ(got["enforce_admins"]["enabled"], true);
  EXPECT_EQ(got["restrictions"]["users"][0]["login"], "bob");
  EXPECT_EQ(got["allow_force_pushes"]["enabled"], true);
  EXPECT_EQ(get("branches/main")["protected"], true);
  EXPECT_EQ(get("branches/main")["protection"]["required_status_checks"]["enforcement_level"], "everyone");
  EXPECT_EQ(get("branches/main")["protection"]["required_status_checks"]["contexts"],
            Json::parse(R"(["unit"])"));
  EXPECT_THAT(column(get("branches?protected=true"), "name"), ElementsAre("main"));
  open_pull();
  EXPECT_THAT(must(405, "PUT", "pulls/1/merge")["message"], HasSubstr("\"unit\" is expected"));
  must(201, "POST", std::string("statuses/") + kTopic, {{"state", "success"}, {"context", "unit"}});
  EXPECT_THAT(must(405, "PUT", "pulls/1/merge")["message"], HasSubstr("approving review"));
  as("bob");
  must(200, "POST", "pulls/1/reviews", {{"event", "APPROVE"}});
  EXPECT_THAT(must(409, "PUT", "contents/x", {{"message", "m"}, {"content", "eA=="}})["message"],
              HasSubstr("pull request"));
  must(422, "PATCH", "git/refs/heads/main", {{"sha", kTopic}});
  as("alice");
  EXPECT_THAT(must(405, "PUT", "pulls/1/merge")["message"], HasSubstr("not authorized"))
      << "bob alone may push";
  as("bob");
  must(200, "PUT", "pulls/1/merge");
  must(200, "PATCH", "", {{"default_branch", "topic"}});
  must(422, "DELETE", "git/refs/heads/main");
  must(204, "DELETE", "branches/main/protection");
  must(404, "GET", "branches/main/protection");
}

}  // namespace
}  // namespace fakes::github
