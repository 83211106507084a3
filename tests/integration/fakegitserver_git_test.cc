#include <fstream>
#include <random>

#include "fakegitserver_test.h"
#include "framework/about.h"

namespace {

using test::git;
using test::http;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Three commits, each with a file of its own.
constexpr const char* kHistory =
    "for n in 1 2 3; do echo content-$n > file$n; git add file$n; git commit -qm \"commit $n\"; done";

std::string pkt_line(const std::string& text) {
  char length[5];
  std::snprintf(length, sizeof length, "%04zx", text.size() + 4);
  return length + text;
}

TEST_F(TestFakeGitServer, CloneHasTheWholeHistory) {
  set_up(kHistory);
  clone();
  EXPECT_EQ(git(work(), {"log", "--format=%s"}), "commit 3\ncommit 2\ncommit 1");
  EXPECT_EQ(test::shell(work(), "cat file1 file2 file3"), "content-1\ncontent-2\ncontent-3");
  EXPECT_EQ(git(work(), {"symbolic-ref", "--short", "HEAD"}), "master");
}

TEST_F(TestFakeGitServer, EmptyRepositoryClones) {
  set_up("true");
  clone();
  EXPECT_EQ(git(work(), {"symbolic-ref", "HEAD"}), "refs/heads/master");
}

TEST_F(TestFakeGitServer, PushedCommitsAreFetchedBack) {
  set_up(kHistory);
  clone();
  test::shell(work(),
              "echo pushed > pushed; git add pushed; git commit -qm pushed; git checkout -q -b topic; git "
              "commit -q --allow-empty -m topic; git tag v1");
  git(work(), {"push", "-q", "origin", "master", "topic", "v1"});
  git(tmp(), {"clone", "-q", url(), "second"});
  EXPECT_EQ(git(tmp() / "second", {"rev-parse", "origin/master", "origin/topic", "v1"}),
            git(work(), {"rev-parse", "master", "topic", "v1"}));
  EXPECT_EQ(test::shell(tmp() / "second", "cat pushed"), "pushed");
  git(work(), {"push", "-q", "--force", "origin", "master~2:master", ":topic"});
  git(tmp() / "second", {"fetch", "-q", "--prune"});
  EXPECT_EQ(git(tmp() / "second", {"rev-parse", "origin/master"}), git(work(), {"rev-parse", "master~2"}));
  EXPECT_FALSE(test::try_git(tmp() / "second", {"rev-parse", "--verify", "-q", "origin/topic"}).ok());
}

TEST_F(TestFakeGitServer, PushThatIsNotAFastForwardIsRejected) {
  set_up(kHistory);
  clone();
  git(work(), {"commit", "-q", "--amend", "-m", "other"});
  const auto result = test::try_git(work(), {"push", "origin", "master"});
  EXPECT_EQ(result.exit_code, 1) << result.text();
  EXPECT_THAT(result.err, HasSubstr("[rejected]"));
}

/// More than git's http.postBuffer (1 MB), so that git sends it chunked.
INTEGRATION_TEST_F(TestFakeGitServer, LargePush, .labels = {"slow"}) {
  set_up(kHistory);
  clone();
  {
    std::ofstream file(work() / "large", std::ios::binary);
    std::mt19937_64 random(1);  // does not compress
    for (size_t i = 0; i < 20 * 1024 * 1024 / sizeof(uint64_t); ++i) {
      const uint64_t word = random();
      file.write(reinterpret_cast<const char*>(&word), sizeof word);
    }
  }
  test::shell(work(), "git add large; git commit -qm large");
  const auto pushed = test::try_git(work(), {"push", "origin", "master"},
                                    {{"GIT_TRACE_CURL", "1"}, {"GIT_TRACE_CURL_NO_DATA", "1"}});
  ASSERT_TRUE(pushed.ok()) << pushed.text();
  EXPECT_THAT(pushed.err, HasSubstr("Transfer-Encoding: chunked"));
  git(tmp(), {"clone", "-q", url(), "second"});
  EXPECT_EQ(git(tmp() / "second", {"rev-parse", "HEAD:large"}), git(work(), {"rev-parse", "HEAD:large"}));
}

TEST_F(TestFakeGitServer, CommitOnNoRefIsFetchedById) {
  set_up(std::string(kHistory) +
         "; git commit -q --allow-empty -m hidden; git reset -q --hard HEAD~1; git reflog expire "
         "--expire=now --all");
  test::make_repo(tmp() / "same", std::string(kHistory) + "; git commit -q --allow-empty -m hidden");
  const auto hidden = git(tmp() / "same", {"rev-parse", "HEAD"});
  EXPECT_THAT(git("/", {"ls-remote", url()}), Not(HasSubstr(hidden)));
  clone();
  git(work(), {"fetch", "-q", "origin", hidden});
  EXPECT_EQ(git(work(), {"log", "-1", "--format=%s", "FETCH_HEAD"}), "hidden");
  EXPECT_FALSE(test::try_git(work(), {"fetch", "-q", "origin", std::string(40, '1')}).ok());
}

TEST_F(TestFakeGitServer, ShallowCloneAndDeepen) {
  set_up(kHistory);
  clone({"--depth=1"});
  EXPECT_EQ(git(work(), {"log", "--format=%s"}), "commit 3");
  git(work(), {"fetch", "-q", "--deepen=1"});
  EXPECT_EQ(git(work(), {"log", "--format=%s"}), "commit 3\ncommit 2");
  git(work(), {"fetch", "-q", "--unshallow"});
  EXPECT_EQ(git(work(), {"log", "--format=%s"}), "commit 3\ncommit 2\ncommit 1");
}

TEST_F(TestFakeGitServer, PartialCloneFetchesBlobsWhenNeeded) {
  set_up(kHistory);
  clone({"--filter=blob:none", "--no-checkout"});
  const auto missing = [&] { return git(work(), {"rev-list", "--objects", "--all", "--missing=print"}); };
  EXPECT_THAT(missing(), HasSubstr("?"));
  EXPECT_EQ(git(work(), {"show", "HEAD:file2"}), "content-2");
  git(work(), {"checkout", "-q", "master"});
  EXPECT_THAT(missing(), Not(HasSubstr("?")));
}

TEST_F(TestFakeGitServer, ProtocolV2AndV0) {
  set_up(kHistory);
  const auto trace = [&](const std::string& version) {
    return test::try_git("/", {"-c", "protocol.version=" + version, "ls-remote", url()},
                         {{"GIT_TRACE_PACKET", "1"}});
  };
  const auto v2 = trace("2"), v0 = trace("0");
  EXPECT_TRUE(v2.ok() && v0.ok()) << v2.text() << v0.text();
  EXPECT_THAT(v2.err, AllOf(HasSubstr("< version 2"), HasSubstr("command=ls-refs")));
  EXPECT_THAT(v0.err, Not(HasSubstr("version 2")));
  EXPECT_EQ(v0.out, v2.out);
}

TEST_F(TestFakeGitServer, GzipRequestIsUnpacked) {
  set_up(kHistory);
  const auto body = pkt_line("want " + test::remote_ref(url(), "HEAD") + "\n") + "0000" + pkt_line("done\n");
  const auto packed = test::run({.args = {"gzip", "-c"}, .input = body});
  ASSERT_TRUE(packed.ok()) << packed.text();
  const auto response = http(
      {.method = "POST",
       .url = url() + "/git-upload-pack",
       .body = packed.out,
       .headers = {{"Content-Type", "application/x-git-upload-pack-request"}, {"Content-Encoding", "gzip"}}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("content-type"), "application/x-git-upload-pack-result");
  EXPECT_EQ(response.body.substr(0, 12), "0008NAK\nPACK");
}

/// git itself compresses what it sends when it has many commits to name.
INTEGRATION_TEST_F(TestFakeGitServer, FetchIntoALargeHistory, .labels = {"slow"}) {
  set_up("git commit -q --allow-empty -m base");
  clone();
  test::shell(work(), "for n in $(seq 100); do git commit -q --allow-empty -m \"mine $n\"; done");
  git(tmp(), {"clone", "-q", url(), "other"});
  test::shell(tmp() / "other", "git commit -q --allow-empty -m theirs; git push -q origin master");
  git(work(), {"update-ref", "-d", "refs/remotes/origin/master"});  // or git knows at once what is common
  const auto fetched =
      test::try_git(work(), {"fetch", "origin"}, {{"GIT_TRACE_CURL", "1"}, {"GIT_TRACE_CURL_NO_DATA", "1"}});
  ASSERT_TRUE(fetched.ok()) << fetched.text();
  EXPECT_THAT(fetched.err, HasSubstr("Content-Encoding: gzip"));
  EXPECT_EQ(git(work(), {"log", "-1", "--format=%s", "origin/master"}), "theirs");
}

}  // namespace
