#include "github/seed.h"

#include "fake.h"

namespace fakes::github {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SeedTest : public GitHubTest {
 protected:
  support::Answer post_seed(const Json& json) { return ask("POST", "/admin/seed", json.dump()); }
};

TEST_F(SeedTest, MakesWholeRepositories) {
  const Json json = Json::parse(R"({
    "users": ["dave"],
    "repositories": [{
      "full_name": "Acme/Tool", "private": false, "default_branch": "trunk", "description": "d",
      "branches": {"trunk": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
      "labels": ["bug", {"name": "lgtm", "color": "00ff00", "description": "fine"}],
      "issues": [{"title": "first", "user": "dave", "labels": ["bug"], "comments": [{"user": "eve", "body": "hm"}]}, {"title": "old", "state": "closed", "number": 7}],
      "pulls": [{"number": 12, "title": "change", "user": "eve", "mergeable": false,
                 "head": {"ref": "fix", "sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}, "base": {"ref": "trunk"},
                 "files": [{"filename": "a.txt", "status": "added", "additions": 3, "patch": "+a"}],
                 "commits": [{"sha": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "message": "fix it", "author": {"name": "Eve", "email": "e@x"}}]}]}]})");
  ASSERT_EQ(post_seed(json).status, 204);
  EXPECT_EQ(get("/repos/acme/tool")["full_name"], "Acme/Tool");
  EXPECT_EQ(get("/users/DAVE")["login"], "dave");
  EXPECT_EQ(get("/repos/acme/tool/labels/lgtm")["color"], "00ff00");
  EXPECT_EQ(get("/repos/acme/tool/issues/1/comments")[0]["user"]["login"], "eve");
  EXPECT_EQ(get("/repos/acme/tool/issues/7")["state"], "closed");
  const auto pull = get("/repos/acme/tool/pulls/12");
  EXPECT_EQ(pull["mergeable"], false);
  EXPECT_EQ(pull["additions"], 3);
  EXPECT_EQ(pull["base"]["sha"], std::string(40, 'a'));
  EXPECT_EQ(get("/repos/acme/tool/pulls/12/files")[0]["changes"], 3);
  EXPECT_EQ(get("/repos/acme/tool/pulls/12/commits")[0]["commit"]["author"]["name"], "Eve");
  EXPECT_THAT(column(get("/repos/acme/tool/branches"), "name"), ElementsAre("fix", "trunk"));
  must(405, "PUT", "/repos/acme/tool/pulls/12/merge");
  must(201, "POST", "/repos/acme/tool/statuses/" + std::string(40, 'b'), {{"state", "success"}});
  EXPECT_EQ(must(201, "POST", "/repos/acme/tool/issues", {{"title", "next"}})["number"], 13);
}

TEST_F(SeedTest, IsTakenWholeOrNotAtAll) {
  const auto refused = [&](const std::string& field, const std::string& value) {
    const std::string text =
        R"({"users": ["new-user"], "repositories": [{"full_name": "a/good"}, {"full_name": "a/b", ")" +
        field + "\": " + value + "}]}";
    const auto answer = ask("POST", "/admin/seed", text);
    EXPECT_EQ(answer.status, 422) << text << answer.body;
    return answer.status == 422 ? answer.json()["error"].get<std::string>() : "";
  };
  EXPECT_THAT(refused("nme", "1"), HasSubstr("seed.repositories[1] has the unknown field \"nme\""));
  EXPECT_THAT(refused("private", "1"), HasSubstr("seed.repositories[1].private has the wrong type"));
  EXPECT_THAT(refused("branches", R"({"main": "123"})"), HasSubstr("40 hexadecimal digits"));
  EXPECT_THAT(refused("branches", R"({"main": 5})"), HasSubstr("wrong type"));
  EXPECT_THAT(refused("issues", "[{}]"), HasSubstr("seed.repositories[1].issues[0] needs \"title\""));
  EXPECT_THAT(refused("issues", R"([{"title": "a", "number": 1}, {"title": "b", "number": 1}])"),
              HasSubstr("taken"));
  EXPECT_THAT(refused("issues", R"([{"title": "a", "state": "done"}])"),
              HasSubstr("neither open nor closed"));
  EXPECT_THAT(refused("issues", R"([{"title": "a", "assignees": ["not a login"]}])"), HasSubstr("assignees"));
  EXPECT_THAT(refused("labels", R"([{"name": "x", "color": "red"}])"), HasSubstr("color"));
  EXPECT_THAT(refused("pulls", R"([{"title": "a"}])"), HasSubstr("needs \"base\""));
  EXPECT_THAT(
      refused(
          "pulls",
          R"([{"title": "a", "base": {"ref": "main", "sha": "1111111111111111111111111111111111111111"}, "head": {"ref": "x"}}])"),
      HasSubstr("pulls[0].head needs \"sha\""));
  EXPECT_THAT(refused("pulls", R"([{"title": "a", "files": [{"filename": "f", "additions": "1"}]}])"),
              HasSubstr("files[0].additions has the wrong type"));
  EXPECT_THAT(refused("full_name", "\"ab\""), HasSubstr("OWNER/NAME"));
  EXPECT_THAT(refused("full_name", "\"OCTO/hello\""), HasSubstr("exists"));
  must(404, "GET", "/repos/a/good");
  must(404, "GET", "/users/new-user");
}

TEST_F(SeedTest, SeedsThatAreNone) {
  for (const char* text : {"[]", "1", R"({"repositories": {}})", R"({"repos": []})", R"({"users": [1]})",
                           R"({"users": ["a b"]})"})
    EXPECT_EQ(ask("POST", "/admin/seed", text).status, 422) << text;
}

}  // namespace
}  // namespace fakes::github
