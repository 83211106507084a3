#include <fmt/format.h>

#include <future>

#include "fakegitserver_test.h"
#include "framework/eventually.h"

namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::fakegitserver_url;
using test::git;
using test::http;
using test::post_setup;
using test::repo_url;
using test::unique_name;
using testing::AllOf;
using testing::AnyOf;
using testing::Eq;
using testing::HasSubstr;

constexpr const char* kHello = "echo hello > README; git add README; git commit -qm initial";
/// What git makes of kHello by abc <d@e.f> on Thu May 19 12:34:56 2022 +0000, anywhere.
constexpr const char* kHelloCommit = "1a6d7c7595c9c517444bf0e301bf11238f1cc8cb";

json setup_body(const std::string& name, const std::string& script, bool overwrite = false) {
  return {{"name", name}, {"overwrite", overwrite}, {"script", script}};
}

/// The answers to `body_of(0)`, `body_of(1)`, ... posted at the same time.
std::vector<test::Response> post_at_once(int count, const std::function<json(int)>& body_of) {
  std::vector<std::future<test::Response>> pending;
  for (int i = 0; i < count; ++i)
    pending.push_back(std::async(std::launch::async, [body = body_of(i)] { return post_setup(body); }));
  std::vector<test::Response> responses;
  for (auto& one : pending) responses.push_back(one.get());
  return responses;
}

/// The HTTP status with which git would be answered.
int refs_status(const std::string& name) {
  return http({.url = repo_url(name) + "/info/refs?service=git-upload-pack"}).status;
}

void expect_json_error(const test::Response& response, int status) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_THAT(response.header("content-type"), HasSubstr("application/json"));
  const json body = json::parse(response.body, nullptr, false);
  ASSERT_TRUE(body.is_object()) << response.body;
  EXPECT_TRUE(body.contains("error")) << response.body;
}

TEST_F(TestFakeGitServer, Healthz) { EXPECT_EQ(http({.url = fakegitserver_url() + "/healthz"}).status, 200); }

TEST_F(TestFakeGitServer, SetupAnswersTheLogOfAllRefs) {
  const auto response = post_setup(setup_body(
      unique_name(),
      std::string(kHello) + "; git checkout -q -b side; git commit -q --allow-empty -m 'on side'"));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(response.header("content-type"), HasSubstr("text/plain"));
  EXPECT_THAT(response.body, AllOf(HasSubstr(std::string("commit ") + kHelloCommit), HasSubstr("initial"),
                                   HasSubstr("on side"), HasSubstr("Author: abc <d@e.f>"),
                                   HasSubstr("Thu May 19 12:34:56 2022 +0000")));
}

TEST_F(TestFakeGitServer, CommitIdsAreTheSameEverywhere) {
  const auto name = unique_name();
  test::setup_repo(name, kHello);
  EXPECT_EQ(test::remote_ref(repo_url(name), "refs/heads/master"), kHelloCommit);
  test::make_repo(work(), kHello);
  EXPECT_EQ(git(work(), {"rev-parse", "HEAD"}), kHelloCommit);
}

TEST_F(TestFakeGitServer, NameOfSeveralParts) {
  const auto name = unique_name() + "/org1/a.b_c-d/repo4";
  test::setup_repo(name, kHello);
  EXPECT_EQ(test::remote_ref(repo_url(name), "HEAD"), kHelloCommit);
}

TEST_F(TestFakeGitServer, ExistingRepositoryStaysUnlessOverwritten) {
  const auto name = unique_name();
  test::setup_repo(name, kHello);
  expect_json_error(post_setup(setup_body(name, "git commit -q --allow-empty -m second")), 409);
  EXPECT_EQ(test::remote_ref(repo_url(name), "HEAD"), kHelloCommit);
  const auto response =
      post_setup(setup_body(name, "git commit -q --allow-empty -m second; git branch other", true));
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_NE(test::remote_ref(repo_url(name), "refs/heads/other"), kHelloCommit);
  EXPECT_EQ(response.body.find(kHelloCommit), std::string::npos) << "nothing of the old repository is left";
}

TEST_F(TestFakeGitServer, BadJsonIs400) {
  for (const std::string body : {"", "{", "[]", "\"x\"", R"({"name": "a" "overwrite": false})"})
    expect_json_error(http({.method = "POST", .url = fakegitserver_url() + "/setup-repo", .body = body}),
                      400);
}

TEST_F(TestFakeGitServer, UnknownMissingOrWrongFieldIs400) {
  const auto name = unique_name();
  json unknown = setup_body(name, kHello);
  unknown["scrpt"] = "true";
  const auto response = post_setup(unknown);
  expect_json_error(response, 400);
  EXPECT_THAT(response.body, HasSubstr("scrpt"));
  for (const std::string field : {"name", "script"}) {
    json missing = setup_body(name, kHello), wrong = missing;
    missing.erase(field);
    wrong[field] = 7;
    for (const auto& body : {missing, wrong}) {
      const auto refused = post_setup(body);
      expect_json_error(refused, 400);
      EXPECT_THAT(refused.body, HasSubstr(field));
    }
  }
  EXPECT_EQ(refs_status(name), 404);
}

TEST_F(TestFakeGitServer, BadNameIs400) {
  for (const std::string name : {"", "/", "/a", "a/", "a//b", "..", "../a", "a/../b", ".a", "a/.git", "a.git",
                                 "a.lock", "a.git/b", "a b", "a\\b", "a%2fb", "a/b/c/d/e", "\xc3\xa4"})
    expect_json_error(post_setup(setup_body(name, kHello)), 400);
}

TEST_F(TestFakeGitServer, FailingScriptIs422AndLeavesNothing) {
  const auto name = unique_name();
  const auto response = post_setup(
      setup_body(name, "git commit -q --allow-empty -m x; echo to-stdout; echo to-stderr >&2; exit 43"));
  expect_json_error(response, 422);
  EXPECT_THAT(response.body, AllOf(HasSubstr("to-stdout"), HasSubstr("to-stderr"), HasSubstr("43")));
  EXPECT_EQ(refs_status(name), 404);
  expect_json_error(post_setup(setup_body(name, "false; true")), 422);                 // set -e
  expect_json_error(post_setup(setup_body(name, "echo \"$NO_SUCH_VARIABLE\"")), 422);  // set -u
  test::setup_repo(name, kHello);
}

TEST_F(TestFakeGitServer, FailedOverwriteKeepsTheOldRepository) {
  const auto name = unique_name();
  test::setup_repo(name, kHello);
  expect_json_error(post_setup(setup_body(name, "git commit -q --allow-empty -m x; false", true)), 422);
  EXPECT_EQ(test::remote_ref(repo_url(name), "HEAD"), kHelloCommit);
}

TEST_F(TestFakeGitServer, UnknownPathIs404) {
  EXPECT_EQ(http({.url = fakegitserver_url() + "/no-such-path"}).status, 404);
  EXPECT_EQ(refs_status(unique_name()), 404);
}

TEST_F(TestFakeGitServer, PathsDoNotLeaveTheFolder) {
  for (const std::string path : {"/repo/..%2f..%2fetc/info/refs", "/repo/%2e%2e/%2e%2e/etc/passwd",
                                 "/repo/x/%2e%2e/%2e%2e/%2e%2e/etc/passwd"})
    EXPECT_THAT(http({.url = fakegitserver_url() + path}).status, AnyOf(Eq(400), Eq(403), Eq(404))) << path;
}

TEST_F(TestFakeGitServer, WrongMethodIs405) {
  const auto get = http({.url = fakegitserver_url() + "/setup-repo"});
  EXPECT_EQ(get.status, 405);
  EXPECT_THAT(get.header("allow"), HasSubstr("POST"));
  const auto post = http({.method = "POST", .url = fakegitserver_url() + "/healthz"});
  EXPECT_EQ(post.status, 405);
  EXPECT_THAT(post.header("allow"), HasSubstr("GET"));
}

TEST_F(TestFakeGitServer, ConcurrentSetupsAreAllWhole) {
  const auto name = [](int i) { return unique_name(fmt::format("n{}", i)); };
  const auto responses = post_at_once(8, [&](int i) {
    return setup_body(
        name(i), fmt::format("for n in 1 2 3 4 5; do git commit -q --allow-empty -m \"{} $n\"; done", i));
  });
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(responses[i].status, 200) << responses[i].body;
    for (int n = 1; n <= 5; ++n) EXPECT_THAT(responses[i].body, HasSubstr(fmt::format("    {} {}\n", i, n)));
    EXPECT_EQ(test::remote_ref(repo_url(name(i)), "HEAD"), responses[i].body.substr(7, 40));
  }
}

TEST_F(TestFakeGitServer, SameNameAtOnceHasOneWinner) {
  const auto name = unique_name();
  const auto responses = post_at_once(
      8, [&](int i) { return setup_body(name, fmt::format("git commit -q --allow-empty -m 'by {}'", i)); });
  int winners = 0;
  for (const auto& response : responses) {
    EXPECT_THAT(response.status, AnyOf(Eq(200), Eq(409))) << response.body;
    if (response.status != 200) continue;
    ++winners;
    EXPECT_EQ(test::remote_ref(repo_url(name), "HEAD"), response.body.substr(7, 40));
  }
  EXPECT_EQ(winners, 1);
}

TEST_F(TestFakeGitServer, SameNameOverwrittenAtOnceIsNeverAMix) {
  const auto name = unique_name();
  const auto responses = post_at_once(6, [&](int i) {
    return setup_body(
        name,
        fmt::format("for f in a b c; do echo {0} > $f; git add $f; git commit -qm {0}; git branch $f; done",
                    i),
        true);
  });
  for (const auto& response : responses) EXPECT_EQ(response.status, 200) << response.body;
  git(tmp(), {"clone", "-q", repo_url(name), "clone"});
  EXPECT_THAT(
      test::shell(work(), "cat a b c; git log --format=%s origin/a origin/b origin/c | sort -u"),
      testing::MatchesRegex("(0\n0\n0\n0)|(1\n1\n1\n1)|(2\n2\n2\n2)|(3\n3\n3\n3)|(4\n4\n4\n4)|(5\n5\n5\n5)"));
}

TEST_F(TestFakeGitServer, SlowSetupIsUnseenUntilWholeAndDelaysNobody) {
  const auto slow = unique_name("slow"), gate = "/tmp/" + unique_name("gate");
  // waits, 30 s at most, for a file that another set-up makes
  const auto slow_script = fmt::format(
      "git commit -q --allow-empty -m first; for i in $(seq 600); do if [ -e {0} ]; then break; fi; sleep "
      "0.05; done; rm {0}; git commit -q --allow-empty -m last",
      gate);
  auto pending = std::async(std::launch::async, [&] { return post_setup(setup_body(slow, slow_script)); });
  test::setup_repo(unique_name("first"), kHello);
  EXPECT_EQ(refs_status(slow), 404);
  test::setup_repo(unique_name("second"), "touch " + gate);
  test::eventually(
      30s, [&](std::string& seen) { return seen = std::to_string(refs_status(slow)), seen == "200"; });
  const auto head = test::remote_ref(repo_url(slow), "HEAD");
  const auto answered = pending.get();
  EXPECT_EQ(answered.body.substr(7, 40), head) << "whole when first seen";
  EXPECT_EQ(answered.status, 200) << answered.body;
  EXPECT_THAT(answered.body, AllOf(HasSubstr("first"), HasSubstr("last")));
}

}  // namespace
