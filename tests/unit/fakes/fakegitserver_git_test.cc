// The program with real git as its client.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support.h"

namespace fakes::support {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class FakeGitServer : public ::testing::Test {
 protected:
  std::string dir(const std::string& name) { return (server_.scratch() / name).string(); }
  GitServer server_;
};

TEST_F(FakeGitServer, ClonesWhatAScriptMade) {
  const auto id = server_.must_setup("foo", kCommit);
  must("git clone -q " + server_.url("foo") + " " + dir("foo"));
  EXPECT_EQ(must("git -C " + dir("foo") + " rev-parse HEAD"), id);
  EXPECT_EQ(must("git -C " + dir("foo") + " branch --show-current"), "master");
  EXPECT_EQ(must("cat " + dir("foo") + "/README"), "hi");
}

TEST_F(FakeGitServer, NamesMayHaveFourPartsAndUrlsMayEndInGit) {
  const auto id = server_.must_setup("org1/repo4", kCommit);
  server_.must_setup("a/b/c/d", kCommit);
  for (const std::string name : {"org1/repo4", "org1/repo4.git", "org1/repo4/", "a/b/c/d"})
    EXPECT_EQ(must("git ls-remote " + server_.url(name) + " refs/heads/master | cut -c1-40"), id) << name;
}

TEST_F(FakeGitServer, PushesAreFetchedBack) {
  server_.must_setup("foo", kCommit);
  must("git clone -q " + server_.url("foo") + " " + dir("a") + "; cd " + dir("a") +
       "; echo 2 > two; git add .; git commit -qm two; git push -q origin master HEAD:refs/pull/7/head "
       "HEAD:refs/heads/new; git tag v1; git push -q --tags");
  const auto id = must("git -C " + dir("a") + " rev-parse HEAD");
  must("git clone -q " + server_.url("foo") + " " + dir("b"));
  EXPECT_EQ(must("git -C " + dir("b") + " rev-parse HEAD origin/new v1"), id + "\n" + id + "\n" + id);
  EXPECT_THAT(must("git ls-remote " + server_.url("foo")), HasSubstr(id + "\trefs/pull/7/head"));
  must("cd " + dir("a") +
       "; git reset -q --hard HEAD~; echo 3 > three; git add .; git commit -qm three; git push -qf origin "
       "master; git push -q origin :new");
  EXPECT_EQ(must("git ls-remote " + server_.url("foo") + " master | cut -c1-40"),
            must("git -C " + dir("a") + " rev-parse HEAD"));
  EXPECT_THAT(must("git ls-remote " + server_.url("foo")), Not(HasSubstr("refs/heads/new")));
}

TEST_F(FakeGitServer, PushesIntoAnEmptyRepository) {
  EXPECT_EQ(server_.setup("empty", "").body, "");
  must("git init -qb master " + dir("a") + "; cd " + dir("a") +
       "; echo 1 > a; git add .; git commit -qm one; git push -q " + server_.url("empty") + " master");
  EXPECT_EQ(must("git ls-remote " + server_.url("empty") + " HEAD | cut -c1-40"),
            must("git -C " + dir("a") + " rev-parse HEAD"));
}

TEST_F(FakeGitServer, APushMayComeWholeOrInChunks) {
  server_.must_setup("foo", kCommit);
  must("git clone -q " + server_.url("foo") + " " + dir("a"));
  for (const std::string buffer :
       {"66000", "20000000"}) {  // below the size of the push: chunks; above: Content-Length
    const auto trace = must("cd " + dir("a") + "; head -c 3000000 /dev/urandom > " + buffer +
                            "; git add .; git commit -qm " + buffer +
                            "; GIT_CURL_VERBOSE=1 git -c http.postBuffer=" + buffer + " push origin master");
    EXPECT_THAT(trace, HasSubstr(buffer == "66000" ? "Transfer-Encoding: chunked\n" : "Content-Length: 300"));
    EXPECT_EQ(must("git ls-remote " + server_.url("foo") + " master | cut -c1-40"),
              must("git -C " + dir("a") + " rev-parse HEAD"));
  }
  must("git clone -q " + server_.url("foo") + " " + dir("b") + "; cmp " + dir("a") + "/66000 " + dir("b") +
       "/66000");
}

TEST_F(FakeGitServer, FetchesACommitThatNoRefHolds) {
  server_.must_setup("foo", kCommit +
                                "echo 2 > two; git add .; git commit -qm lost; git rev-parse HEAD > "
                                ".git/description; git reset -q --hard HEAD~");
  std::string id;
  std::getline(std::ifstream(server_.dir() / "foo.git/description") >> std::ws, id);
  ASSERT_EQ(id.size(), 40U);
  must("git init -q " + dir("a") + "; cd " + dir("a") + "; git fetch -q " + server_.url("foo") + " " + id +
       "; git checkout -q FETCH_HEAD");
  EXPECT_EQ(must("cd " + dir("a") + "; git log -1 --format=%s"), "lost");
  EXPECT_EQ(must("cd " + dir("a") + "; git -c protocol.version=0 fetch -q " + server_.url("foo") + " " + id +
                 "; git rev-parse FETCH_HEAD"),
            id);
}

TEST_F(FakeGitServer, ShallowClones) {
  server_.must_setup("foo", kCommit + "for i in 1 2 3; do echo $i > $i; git add .; git commit -qm $i; done");
  must("git clone -q --depth=2 " + server_.url("foo") + " " + dir("a"));
  EXPECT_EQ(must("git -C " + dir("a") + " rev-list --count HEAD"), "2");
  must("git -C " + dir("a") + " fetch -q --unshallow");
  EXPECT_EQ(must("git -C " + dir("a") + " rev-list --count HEAD"), "4");
}

TEST_F(FakeGitServer, PartialClones) {
  server_.must_setup("foo", kCommit);
  must("git clone -q --filter=blob:none --no-checkout " + server_.url("foo") + " " + dir("a"));
  const auto missing = [&] {
    return must("git -C " + dir("a") + " rev-list --objects --missing=print HEAD | grep -c '^?' || true");
  };
  EXPECT_EQ(missing(), "1");
  must("git -C " + dir("a") + " checkout -q");
  EXPECT_EQ(must("cat " + dir("a") + "/README"), "hi");
  EXPECT_EQ(missing(), "0");
}

TEST_F(FakeGitServer, SpeaksProtocolsZeroAndTwo) {
  server_.must_setup("foo", kCommit);
  const auto trace = [&](const std::string& version) {
    return must("GIT_TRACE_PACKET=1 git -c protocol.version=" + version + " ls-remote " + server_.url("foo"));
  };
  EXPECT_THAT(trace("2"), HasSubstr("< version 2"));
  EXPECT_THAT(trace("0"), Not(HasSubstr("version 2")));
  EXPECT_THAT(trace("0"), HasSubstr("allow-reachable-sha1-in-want"));
}

TEST_F(FakeGitServer, TakesGzipEncodedRequests) {
  server_.must_setup("foo", kCommit);
  must("printf '0014command=ls-refs\\n0000' | gzip > " + dir("body"));
  std::ifstream file(dir("body"), std::ios::binary);
  const std::string body(std::istreambuf_iterator<char>(file), {});
  const std::vector<std::string> headers = {"Content-Type: application/x-git-upload-pack-request",
                                            "Content-Encoding: gzip", "Git-Protocol: version=2"};
  const auto answer = request(server_.port(), "POST", "/repo/foo/git-upload-pack", body, headers);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-type"), "application/x-git-upload-pack-result");
  EXPECT_THAT(answer.body, HasSubstr("refs/heads/master"));
}

TEST_F(FakeGitServer, GitItselfGzipsLongRequests) {
  server_.must_setup(
      "foo",
      kCommit + "for i in $(seq 60); do git branch b$i; echo $i > a; git add .; git commit -qm $i; done");
  must("git init -q " + dir("a") + "; cd " + dir("a") + "; git fetch -q " + server_.url("foo") +
       " master~0 2> /dev/null || git fetch -q " + server_.url("foo") + " b30");
  EXPECT_THAT(must("cd " + dir("a") + "; GIT_CURL_VERBOSE=1 git fetch " + server_.url("foo") +
                   " 'refs/heads/*:refs/copies/*' 2>&1"),
              HasSubstr("Content-Encoding: gzip"));
  EXPECT_EQ(must("git -C " + dir("a") + " for-each-ref | wc -l"), "61");
}

TEST_F(FakeGitServer, SubmodulesBesideARepositoryWorkInScriptsAndClones) {
  server_.must_setup("org/sub", kCommit);
  server_.must_setup("org/super", "git submodule --quiet add ../sub sub; git commit -qm super");
  must("git clone -q --recurse-submodules " + server_.url("org/super") + " " + dir("a"));
  EXPECT_EQ(must("cat " + dir("a") + "/sub/README"), "hi");
}

TEST_F(FakeGitServer, HooksOfAScriptRunOnPushes) {
  server_.must_setup("foo", kCommit +
                                "printf '#!/bin/sh\\necho no entry >&2; exit 1\\n' > .git/hooks/pre-receive; "
                                "chmod +x .git/hooks/pre-receive");
  const auto push = sh("git clone -q " + server_.url("foo") + " " + dir("a") + "; cd " + dir("a") +
                       "; git commit -q --allow-empty -m two; git push origin master");
  EXPECT_NE(push.status, 0);
  EXPECT_THAT(push.text, HasSubstr("remote: no entry"));
}

TEST_F(FakeGitServer, ARepositoryPutThereByHandIsServedAndTakesPushes) {
  must("git init -qb master " + (server_.dir() / "hand").string() + "; cd " +
       (server_.dir() / "hand").string() + "; echo 1 > a; git add .; git commit -qm one");
  must("git clone -q " + server_.url("hand") + " " + dir("a") + "; cd " + dir("a") +
       "; git commit -q --allow-empty -m two; git push -q origin master");
  EXPECT_EQ(must("git ls-remote " + server_.url("hand") + " master | cut -c1-40"),
            must("git -C " + dir("a") + " rev-parse HEAD"));
}

TEST_F(FakeGitServer, ARepositoryPutThereByHandMayEndInGit) {
  const auto hand = (server_.dir() / "org/hand.git").string();
  must("git init -q --bare " + hand);
  must("git init -qb master " + dir("a") + "; cd " + dir("a") +
       "; git commit -q --allow-empty -m one; git push -q " + server_.url("org/hand") + " master");
  EXPECT_EQ(must("git ls-remote " + server_.url("org/hand.git") + " master | cut -c1-40"),
            must("git -C " + hand + " rev-parse master"));
  EXPECT_EQ(server_.setup("org/hand", kCommit).status, 409);
  const auto id = server_.must_setup("org/hand", kCommit, true);
  EXPECT_EQ(must("git -C " + hand + " rev-parse master"), id);
}

TEST_F(FakeGitServer, PushOptionsReachHooksAndTheJournal) {
  server_.must_setup("foo",
                     kCommit +
                         "for hook in pre-receive post-receive; do printf '#!/bin/sh\\n"
                         "i=0; while [ $i -lt ${GIT_PUSH_OPTION_COUNT:-0} ]; do eval echo $(basename $0): "
                         "\\\\$GIT_PUSH_OPTION_$i; i=$((i+1)); done\\n' > .git/hooks/$hook; chmod +x "
                         ".git/hooks/$hook; done");
  const auto push = must(
      "git clone -q " + server_.url("foo") + " " + dir("a") + "; cd " + dir("a") +
      "; git commit -q --allow-empty -m two; git push -o ci.skip -o 'topic=a b' origin HEAD:refs/heads/new");
  for (const char* line :
       {"remote: pre-receive: ci.skip", "remote: pre-receive: topic=a b", "remote: post-receive: ci.skip"})
    EXPECT_THAT(push, HasSubstr(line));
  const auto journal =
      request(server_.port(), "GET", "/admin/requests?path=/repo/foo/git-receive-pack").json();
  ASSERT_EQ(journal.size(), 1u);
  const auto head = nlohmann::json::parse(journal[0]["body"].get<std::string>());
  EXPECT_EQ(head["push_options"], (nlohmann::json{"ci.skip", "topic=a b"}));
  EXPECT_EQ(head["commands"][0]["ref"], "refs/heads/new");
  EXPECT_EQ(head["commands"][0]["old"], std::string(40, '0'));
  EXPECT_EQ(head["commands"][0]["new"], must("git -C " + dir("a") + " rev-parse HEAD"));
}

TEST_F(FakeGitServer, PushesAreAtomicAndLeasesHold) {
  const auto first = server_.must_setup("foo", kCommit + "git branch keep");
  must("git clone -q " + server_.url("foo") + " " + dir("a") + "; git clone -q " + server_.url("foo") + " " +
       dir("b"));
  must("cd " + dir("b") + "; git commit -q --allow-empty -m other; git push -q origin master");
  const auto stale = sh("cd " + dir("a") +
                        "; git commit -q --allow-empty -m mine; git push --force-with-lease origin master");
  EXPECT_THAT(stale.text, HasSubstr("stale info"));
  const auto atomic = sh("cd " + dir("a") + "; git push --atomic origin master HEAD:refs/heads/new");
  EXPECT_NE(atomic.status, 0);
  EXPECT_THAT(must("git ls-remote " + server_.url("foo")), Not(HasSubstr("refs/heads/new")));
  must("cd " + dir("a") + "; git fetch -q; git push -q --force-with-lease origin master");
  EXPECT_THAT(must("git ls-remote " + server_.url("foo") + " keep"), HasSubstr(first));
}

TEST_F(FakeGitServer, ASignedPushIsRefusedByItsClient) {
  server_.must_setup("foo", kCommit);
  const auto push = sh("git clone -q " + server_.url("foo") + " " + dir("a") + "; cd " + dir("a") +
                       "; git commit -q --allow-empty -m two; git push --signed origin master");
  EXPECT_NE(push.status, 0);
  EXPECT_THAT(push.text, HasSubstr("does not support --signed push"));
}

TEST_F(FakeGitServer, Sha256) {
  const auto answer =
      request(server_.port(), "POST", "/setup-repo",
              nlohmann::json{{"name", "foo"}, {"script", kCommit}, {"object_format", "sha256"}}.dump());
  ASSERT_EQ(answer.status, 200) << answer.body;
  server_.must_setup("bar", "rm -rf .git; git init -q --object-format=sha256 -b master .\n" + kCommit);
  for (const std::string name : {"foo", "bar"}) {
    must("git clone -q " + server_.url(name) + " " + dir(name) + "; cd " + dir(name) +
         "; git commit -q --allow-empty -m two; git push -q origin master");
    const auto id = must("git ls-remote " + server_.url(name) + " master | cut -f1");
    EXPECT_EQ(id.size(), 64u);
    EXPECT_EQ(id, must("git -C " + dir(name) + " rev-parse HEAD"));
  }
}

TEST_F(FakeGitServer, ServesDumbClients) {
  const auto id = server_.must_setup(
      "foo", kCommit + "git tag -a v1 -m v1; git gc -q; git commit -q --allow-empty -m loose");
  must("GIT_SMART_HTTP=0 git clone -q " + server_.url("foo") + " " + dir("a"));
  EXPECT_EQ(must("git -C " + dir("a") + " rev-parse HEAD"), id);
  EXPECT_EQ(must("git -C " + dir("a") + " cat-file -t v1"), "tag");
}

TEST_F(FakeGitServer, WhatGitHostsHaveAndItHasNotIs501) {
  server_.must_setup("foo", kCommit);
  const std::string batch = R"({"operation": "download", "objects": []})";
  for (const std::string path : {"/repo/foo/info/lfs/objects/batch", "/repo/foo.git/info/lfs/locks/verify"}) {
    const auto answer =
        request(server_.port(), "POST", path, batch, {"Content-Type: application/vnd.git-lfs+json"});
    EXPECT_EQ(answer.status, 501) << path;
    EXPECT_THAT(answer.body, HasSubstr("Git LFS"));
  }
  EXPECT_EQ(request(server_.port(), "GET", "/repo/foo/info/refs?service=git-upload-archive").status, 501);
  EXPECT_EQ(request(server_.port(), "POST", "/repo/foo/git-upload-archive").status, 501);
  EXPECT_EQ(request(server_.port(), "GET", "/repo/foo/info/refs?service=git-nothing").status, 403)
      << "no git has it";
  const auto gaps = request(server_.port(), "GET", "/admin/gaps").json()["gaps"];
  ASSERT_EQ(gaps.size(), 4u);
  EXPECT_EQ(gaps[0]["gap"], "Git LFS (/info/lfs/objects/batch)");
}

TEST(FakeGitServerLenient, ARepositoryIsThereWhenItIsNamed) {
  const GitServer server({"-lenient"});
  const auto dir = (server.scratch() / "a").string();
  must("git init -qb master " + dir + "; cd " + dir + "; git commit -q --allow-empty -m one; git push -q " +
       server.url("org/new") + " master; git ls-remote " + server.url("other.git"));
  EXPECT_EQ(must("git ls-remote " + server.url("org/new.git") + " HEAD | cut -c1-40"),
            must("git -C " + dir + " rev-parse HEAD"));
  EXPECT_EQ(server.setup("org/new", kCommit).status, 409);
  for (const char* path :
       {"/repo/new/HEAD", "/repo/a/b/c/d/e/info/refs", "/repo/..%2fx/info/refs", "/repo/info/refs"})
    EXPECT_EQ(request(server.port(), "GET", path).status, 404) << path;
  EXPECT_EQ(request(server.port(), "PUT", "/admin/lenient", "false").status, 200);
  EXPECT_EQ(request(server.port(), "GET", "/repo/newer/info/refs").status, 404);
}

TEST_F(FakeGitServer, WhatIsNoRepositoryIs404) {
  server_.must_setup("foo", kCommit);
  const auto status = [&](const std::string& path) { return request(server_.port(), "GET", path).status; };
  EXPECT_EQ(status("/repo/foo/info/refs?service=git-upload-pack"), 200);
  EXPECT_EQ(status("/repo/foo/HEAD"), 200);
  for (const std::string path :
       {"/repo/nope/info/refs", "/repo/", "/repo", "/", "/repo/foo", "/repo/foo/nope", "/repo/foo/config",
        "/repo/foo/../foo/HEAD", "/repo/%2e%2e/repos/foo/HEAD", "/repo/foo/%2e%2e/foo/HEAD",
        "/repo/foo//HEAD", "/repo/foo%2F..%2Ffoo/HEAD", "/repo/.lock", "/repo/./foo/HEAD"})
    EXPECT_EQ(status(path), 404) << path;
  EXPECT_THAT(request(server_.port(), "GET", "/repo/nope/info/refs").json()["error"],
              HasSubstr("POST /setup-repo makes one"));
  const auto clone = sh("git clone -q " + server_.url("nope") + " " + dir("a"));
  EXPECT_THAT(clone.text, HasSubstr("repository '" + server_.url("nope") + "/' not found"));
}

TEST_F(FakeGitServer, OtherMethodsAre405) {
  server_.must_setup("foo", kCommit);
  const auto answer = request(server_.port(), "PUT", "/repo/foo/info/refs");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.at("allow"), "GET, HEAD, POST");
  EXPECT_EQ(request(server_.port(), "GET", "/repo/foo/git-upload-pack").status, 405);
  EXPECT_EQ(request(server_.port(), "HEAD", "/repo/foo/info/refs?service=git-upload-pack").status, 200);
}

TEST_F(FakeGitServer, ManyClonesAtOnce) {
  server_.must_setup("foo", kCommit + "head -c 300000 /dev/urandom > data; git add .; git commit -qm data");
  must("cd " + server_.scratch().string() + "; for i in $(seq 20); do git clone -q " + server_.url("foo") +
       " clone$i & done; wait; "
       "for i in $(seq 20); do test -s clone$i/data; done");
}

/// The most memory the process ever had, in kB.
long peak_memory(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  return 0;
}

TEST_F(FakeGitServer, SlowAPushOf200MegabytesTakesLittleMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr long kMost = 512 * 1024;  // shadow memory and quarantine are the sanitizer's
#else
  constexpr long kMost = 64 * 1024;
#endif
  server_.must_setup("foo", kCommit);
  must("git clone -q " + server_.url("foo") + " " + dir("a") + "; cd " + dir("a") +
       "; git config core.compression 0; head -c 209715200 /dev/urandom > data; git add .; git commit -qm "
       "data; git push -q origin master; "
       "git ls-remote origin master | cut -c1-40 > ../pushed");
  EXPECT_EQ(must("cat " + dir("pushed")), must("git -C " + dir("a") + " rev-parse HEAD"));
  EXPECT_LT(peak_memory(server_.process().pid()), kMost);
  must("git clone -q --no-checkout " + server_.url("foo") + " " + dir("b") + "; test $(git -C " + dir("b") +
       " cat-file -s HEAD:data) = 209715200");
  EXPECT_LT(peak_memory(server_.process().pid()), kMost);
  RecordProperty("peak_kB", static_cast<int>(peak_memory(server_.process().pid())));
}

TEST(FakeGitServerHttps, ServesBothWithACertificate) {
  const TempDir temp;
  const std::string cert = temp.str() + "/cert.pem", key = temp.str() + "/key.pem";
  must(
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext "
      "subjectAltName=IP:127.0.0.1 -keyout " +
      key + " -out " + cert + " 2>&1");
  const GitServer server({"-cert=" + cert, "-key", key});
  const auto id = server.must_setup("foo", kCommit);
  const std::string https = "https://127.0.0.1:" + std::to_string(server.https_port()) + "/repo/foo";
  const std::string git = "export GIT_SSL_CAINFO=" + cert + "; git ";
  must(git + "clone -q " + https + " " + temp.str() + "/a; cd " + temp.str() +
       "/a; head -c 3000000 /dev/urandom > data; git add .; git commit -qm data; " + git +
       "push -q origin master");
  EXPECT_EQ(must(git + "ls-remote " + https + " master | cut -c1-40"),
            must("git -C " + temp.str() + "/a rev-parse HEAD"));
  EXPECT_EQ(must("git ls-remote " + server.url("foo") + " master | cut -c1-40"),
            must("git -C " + temp.str() + "/a rev-parse HEAD"));
  EXPECT_NE(sh("unset GIT_SSL_CAINFO; git ls-remote " + https).status, 0)
      << "a certificate that nobody trusts";
  Client plain(server.https_port());
  plain.send("GET /healthz HTTP/1.1\r\n\r\n");
  EXPECT_THAT(plain.read(1000), Not(HasSubstr("200")));
}

}  // namespace
}  // namespace fakes::support
