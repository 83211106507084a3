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
  std::getline(std::ifstream(server_.dir() / "foo/description") >> std::ws, id);
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
