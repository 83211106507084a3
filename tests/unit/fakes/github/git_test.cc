// Refs, branches, commits and statuses.
#include "fake.h"

namespace fakes::github {
namespace {

using testing::ElementsAre;

class GitTest : public GitHubTest {
 protected:
  std::string commit(const std::string& message, const std::vector<std::string>& parents) {
    return must(201, "POST", "git/commits",
                {{"message", message},
                 {"tree", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"},
                 {"parents", parents}})["sha"];
  }
  void status(const std::string& sha, const std::string& state, const std::string& context) {
    must(201, "POST", "statuses/" + sha,
         {{"state", state}, {"context", context}, {"target_url", "http://ci/1"}});
  }
};

TEST_F(GitTest, ACommitsIdIsTheOneThatGitGives) {
  // printf '' | git commit-tree 4b825dc... -m message, with this author, committer and date
  const auto made =
      must(201, "POST", "git/commits",
           {{"message", "initial\n"},
            {"tree", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"},
            {"author", {{"name", "abc"}, {"email", "d@e.f"}, {"date", "2022-05-19T12:34:56Z"}}}});
  const auto git = support::must(R"(cd $(mktemp -d); git init -q .; git mktree </dev/null >/dev/null
    GIT_AUTHOR_NAME=abc GIT_AUTHOR_EMAIL=d@e.f GIT_COMMITTER_NAME=abc GIT_COMMITTER_EMAIL=d@e.f GIT_AUTHOR_DATE='1652963696 +0000' GIT_COMMITTER_DATE='1652963696 +0000' \
      git commit-tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904 -m initial; rm -rf "$PWD")");
  EXPECT_EQ(made["sha"], git);
  EXPECT_EQ(get("git/commits/" + git)["message"], "initial\n");
  must(404, "GET", std::string("git/commits/") + std::string(40, 'a'));
  must(422, "POST", "git/commits", {{"message", "x"}, {"tree", "x"}});
  must(422, "POST", "git/commits",
       {{"message", "x"}, {"tree", std::string(40, '1')}, {"parents", {std::string(40, 'a')}}});
}

TEST_F(GitTest, RefsAreMadeMovedAndDeleted) {
  const std::string next = commit("next", {kTopic}), other = commit("other", {kBase});
  EXPECT_EQ(must(201, "POST", "git/refs", {{"ref", "refs/heads/a/b"}, {"sha", kTopic}})["object"]["sha"],
            kTopic);
  EXPECT_EQ(must(422, "POST", "git/refs", {{"ref", "refs/heads/a/b"}, {"sha", kTopic}})["message"],
            "Reference already exists");
  EXPECT_EQ(
      must(422, "POST", "git/refs", {{"ref", "refs/heads/c"}, {"sha", std::string(40, 'a')}})["message"],
      "Object does not exist");
  for (const char* ref :
       {"heads/c", "refs/c", "refs/heads/", "refs/heads/a..b", "refs/heads/a b", "refs/heads/a\nb"})
    must(422, "POST", "git/refs", {{"ref", ref}, {"sha", kTopic}});
  must(200, "PATCH", "git/refs/heads/a/b", {{"sha", next}});
  EXPECT_EQ(get("git/ref/heads/a/b")["object"]["sha"], next);
  EXPECT_EQ(get("branches/a/b")["commit"]["commit"]["message"], "next");
  EXPECT_EQ(must(422, "PATCH", "git/refs/heads/a/b", {{"sha", other}})["message"],
            "Update is not a fast forward");
  must(200, "PATCH", "git/refs/heads/a/b", {{"sha", other}, {"force", true}});
  EXPECT_THAT(column(get("branches"), "name"), ElementsAre("a/b", "main", "topic"));
  EXPECT_THAT(column(get("git/matching-refs/heads/a"), "ref"), ElementsAre("refs/heads/a/b"));
  for (const char* ref : {"refs/heads/a", "refs/heads/a/b/c", "refs/pull/7/head"})
    EXPECT_EQ(must(422, "POST", "git/refs", {{"ref", ref}, {"sha", kTopic}})["message"],
              "Reference update failed")
        << ref;
  must(204, "DELETE", "git/refs/heads/a/b");
  must(404, "GET", "git/ref/heads/a/b");
  EXPECT_EQ(must(404, "GET", "branches/a/b")["message"], "Branch not found");
  EXPECT_EQ(must(422, "DELETE", "git/refs/heads/a/b")["message"], "Reference does not exist");
}

TEST_F(GitTest, HistoryBeginsAtTheNewest) {
  const std::string merge = commit("merge", {kBase, kTopic});
  must(200, "PATCH", "git/refs/heads/main", {{"sha", merge}});
  const auto messages = [&](const std::string& query) {
    std::vector<std::string> found;
    for (const auto& one : get("/repos/octo/hello/commits" + query))
      found.push_back(one["commit"]["message"]);
    return found;
  };
  EXPECT_THAT(messages(""), ElementsAre("merge", "topic", "base"));
  EXPECT_THAT(messages("?sha=topic"), ElementsAre("topic", "base"));
  EXPECT_THAT(messages(std::string("?sha=") + kBase), ElementsAre("base"));
  must(404, "GET", "/repos/octo/hello/commits?sha=none");
  EXPECT_EQ(get("commits/main")["sha"], merge);
  EXPECT_EQ(get("commits/2222222")["sha"], kTopic);
  EXPECT_EQ(get("commits/refs/heads/topic")["sha"], kTopic);
  must(422, "GET", "commits/222222");
  must(422, "GET", "commits/none");
}

TEST_F(GitTest, TheCombinedStatusGoesByTheLatestOfEachContext) {
  const auto state = [&] { return get("commits/topic/status")["state"].get<std::string>(); };
  EXPECT_EQ(state(), "pending");
  status(kTopic, "success", "a");
  EXPECT_EQ(state(), "success");
  status(kTopic, "pending", "b");
  EXPECT_EQ(state(), "pending");
  status(kTopic, "error", "c");
  EXPECT_EQ(state(), "failure");
  status(kTopic, "success", "c");
  EXPECT_EQ(state(), "pending");
  status(kTopic, "failure", "b");
  EXPECT_EQ(state(), "failure");
  status(kTopic, "success", "b");
  const auto combined = get("commits/topic/status");
  EXPECT_EQ(combined["state"], "success");
  EXPECT_EQ(combined["total_count"], 3);
  EXPECT_EQ(combined["sha"], kTopic);
  EXPECT_THAT(column(get("commits/topic/statuses"), "context"), ElementsAre("b", "b", "c", "c", "b", "a"));
  EXPECT_EQ(get(std::string("statuses/") + kTopic).size(), 6u);
  EXPECT_EQ(get("commits/main/status")["total_count"], 0);
}

TEST_F(GitTest, StatusesThatCannotBe) {
  EXPECT_EQ(must(422, "POST", std::string("statuses/") + kTopic, {{"state", "green"}})["errors"][0]["field"],
            "state");
  EXPECT_EQ(must(422, "POST", "statuses/" + std::string(40, 'a'), {{"state", "success"}})["message"],
            "No commit found for SHA: " + std::string(40, 'a'));
  must(422, "POST", "statuses/topic", {{"state", "success"}});
  must(422, "POST", std::string("statuses/") + kTopic, Json::object());
  EXPECT_EQ(must(201, "POST", std::string("statuses/") + kTopic, {{"state", "success"}})["context"],
            "default");
}

}  // namespace
}  // namespace fakes::github
