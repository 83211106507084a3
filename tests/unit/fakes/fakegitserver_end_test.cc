// How the program begins and ends, and what it leaves behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <future>

#include "fakes_test_support_paths.h"
#include "support.h"

namespace fakes::support {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class FakeGitServerEnd : public ::testing::Test {
 protected:
  bool runs_something() {
    return eventually([&] { return !descendants(server_.process().pid()).empty(); });
  }
  bool runs_nothing() {
    return eventually([&] { return descendants(server_.process().pid()).empty(); });
  }
  std::string file(const std::string& name) const { return (server_.scratch() / name).string(); }
  GitServer server_;
};

TEST_F(FakeGitServerEnd, IsHealthy) {
  const auto answer = request(server_.port(), "GET", "/healthz");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "ok\n");
}

TEST_F(FakeGitServerEnd, AClientThatLeavesItsPushLeavesNoProcess) {
  server_.must_setup("foo", kCommit);
  for (const std::string length : {"Content-Length: 1000000", "Transfer-Encoding: chunked"}) {
    {
      Client client(server_.port());
      client.send(
          "POST /repo/foo/git-receive-pack HTTP/1.1\r\nContent-Type: "
          "application/x-git-receive-pack-request\r\n" +
          length + "\r\n\r\n");
      ASSERT_TRUE(runs_something());
    }
    EXPECT_TRUE(runs_nothing()) << length;
  }
}

TEST_F(FakeGitServerEnd, NoFileStaysOpen) {
  const auto server_files = [&] { return server_.process().open_files(); };
  server_.must_setup("foo", kCommit);
  ASSERT_TRUE(runs_nothing());
  size_t before = 0;  // once the connection above is closed
  ASSERT_TRUE(
      eventually([&] { return std::exchange(before, server_files()) == server_files() && before < 40; }));
  must("cd " + server_.scratch().string() + "; for i in 1 2 3 4 5; do git clone -q " + server_.url("foo") +
       " clone$i; done");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(server_.setup("bad", "exit 1").status, 422);
    Client client(server_.port());
    client.send(
        "POST /repo/foo/git-receive-pack HTTP/1.1\r\nContent-Type: "
        "application/x-git-receive-pack-request\r\nContent-Length: 100\r\n\r\n");
  }
  EXPECT_TRUE(runs_nothing());
  EXPECT_TRUE(eventually([&] { return server_files() <= before; }))
      << server_files() << " instead of " << before;
}

TEST_F(FakeGitServerEnd, AClientThatLeavesWhileGitIsSilentLeavesNoProcess) {
  server_.must_setup("foo", kCommit + "printf '#!/bin/sh\\ntouch " + file("hook") +
                                "; sleep 1000\\n' > .git/hooks/pre-receive; chmod +x .git/hooks/pre-receive");
  must("git clone -q " + server_.url("foo") + " " + file("a") + "; cd " + file("a") +
       "; git commit -q --allow-empty -m two");
  {
    Process push({"git", "-C", file("a"), "push", "-q", "origin", "master"});
    ASSERT_TRUE(eventually([&] { return fs::exists(file("hook")); }));
    push.signal(SIGKILL);
  }
  EXPECT_TRUE(runs_nothing());
  fs::remove(server_.dir() / "foo.git/hooks/pre-receive");
  must("git -C " + file("a") + " push -q origin master");  // no lock was left either
}

TEST_F(FakeGitServerEnd, AClientThatLeavesItsSetUpLeavesNoProcessAndNoFile) {
  {
    Client client(server_.port());
    const auto body = order("org/foo", "touch " + file("begun") + "; sleep 1000");
    client.send("POST /setup-repo HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                body);
    ASSERT_TRUE(eventually([&] { return fs::exists(file("begun")); }));
  }
  EXPECT_TRUE(runs_nothing());
  EXPECT_TRUE(eventually([&] { return server_.folder() == std::vector<std::string>{".lock"}; }));
}

TEST_F(FakeGitServerEnd, SigtermFinishesWhatIsInFlight) {
  auto answer = std::async(std::launch::async, [&] {
    return server_.setup("foo", "touch " + file("begun") + "; while ! [ -e " + file("go") +
                                    " ]; do sleep 0.02; done; " + kCommit);
  });
  ASSERT_TRUE(eventually([&] { return fs::exists(file("begun")); }));
  server_.process().signal(SIGTERM);
  EXPECT_TRUE(eventually([&] {
    try {
      Client client(server_.port());
      return false;
    } catch (const std::system_error&) {
      return true;
    }
  })) << "still takes connections";
  std::ofstream(file("go")).put('x');
  EXPECT_EQ(answer.get().status, 200);
  EXPECT_EQ(server_.process().wait(), 0) << server_.log();
}

TEST_F(FakeGitServerEnd, ASecondSigtermDoesNotWait) {
  server_.must_setup("foo", kCommit);
  Client push(server_.port()), setup(server_.port());
  push.send(
      "POST /repo/foo/git-receive-pack HTTP/1.1\r\nContent-Type: "
      "application/x-git-receive-pack-request\r\nContent-Length: 9\r\n\r\n");
  const auto body = order("bar", "touch " + file("begun") + "; sleep 1000");
  setup.send("POST /setup-repo HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
             body);
  ASSERT_TRUE(eventually([&] { return fs::exists(file("begun")); }));
  ASSERT_TRUE(eventually([&] { return descendants(server_.process().pid()).size() >= 4; }));
  const auto children = descendants(server_.process().pid());
  server_.process().signal(SIGTERM);
  EXPECT_EQ(server_.process().wait(std::chrono::seconds(1)), -1) << "the first one waits";
  server_.process().signal(SIGTERM);
  EXPECT_EQ(server_.process().wait(std::chrono::seconds(8)), 0) << server_.log();
  for (const pid_t child : children) EXPECT_TRUE(eventually([&] { return !is_alive(child); })) << child;
  EXPECT_THAT(server_.folder(), ElementsAre(".lock", "foo.git"));
}

TEST_F(FakeGitServerEnd, SomebodyWhoIsIdleDoesNotDelayTheEnd) {
  Client idle(server_.port());
  idle.send("GET /healthz HTTP/1.1\r\n\r\n");
  EXPECT_EQ(idle.read_answer().status, 200);
  server_.process().signal(SIGTERM);
  EXPECT_EQ(server_.process().wait(std::chrono::seconds(5)), 0);
}

TEST_F(FakeGitServerEnd, ScriptsDieWithTheServer) {
  Client client(server_.port());
  const auto body = order("foo", "touch " + file("begun") + "; while :; do sleep 0.1; done");
  client.send("POST /setup-repo HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
              body);
  ASSERT_TRUE(eventually([&] { return fs::exists(file("begun")); }));
  const auto children = descendants(server_.process().pid());
  ASSERT_FALSE(children.empty());
  server_.process().signal(SIGKILL);
  EXPECT_EQ(server_.process().wait(), 128 + SIGKILL);
  for (const pid_t child : children) EXPECT_TRUE(eventually([&] { return !is_alive(child); })) << child;
}

TEST(FakeGitServerStart, RemovesWhatAKilledServerLeft) {
  const TempDir temp;
  const auto repos = temp.path() / "repos";
  for (const std::string left :
       {".new-abc123/.git", ".old-abc123", "org/.new-def456", "org/keep/objects", "plain"})
    fs::create_directories(repos / left);
  std::ofstream(repos / "org/keep/HEAD") << "ref: refs/heads/master\n";
  Process server({FAKEGITSERVER, "-port=0", "-git-repos-parent-dir=" + repos.string()});
  EXPECT_THAT(server.read_line(), StartsWith("listening on http://127.0.0.1:"));
  EXPECT_EQ(must("cd " + repos.string() + "; find . -mindepth 1 | sort"),
            "./.lock\n./org\n./org/keep\n./org/keep/HEAD\n./org/keep/objects\n./plain");
}

Output fails(const std::vector<std::string>& flags) {
  const TempDir temp;
  std::vector<std::string> args{FAKEGITSERVER};
  args.insert(args.end(), flags.begin(), flags.end());
  Process process(args, {}, temp.path() / "errors");
  Output output;
  output.status = process.wait();
  std::ifstream file(temp.path() / "errors");
  output.text.assign(std::istreambuf_iterator<char>(file), {});
  return output;
}

TEST(FakeGitServerStart, APortThatIsTakenIsNamed) {
  const GitServer server;
  const TempDir temp;
  const auto output = fails({"-address=127.0.0.1", "-port=" + std::to_string(server.port()),
                             "-git-repos-parent-dir=" + temp.str()});
  EXPECT_EQ(output.status, 1);
  EXPECT_EQ(output.text, "fakegitserver: cannot listen on 127.0.0.1:" + std::to_string(server.port()) +
                             ": Address already in use; -address and -port choose where\n");
}

TEST(FakeGitServerStart, AFolderHasOneServer) {
  const GitServer server;
  const auto output =
      fails({"-address=127.0.0.1", "-port=0", "-git-repos-parent-dir=" + server.dir().string()});
  EXPECT_EQ(output.status, 1);
  EXPECT_EQ(output.text, "fakegitserver: another fakegitserver uses " + server.dir().string() +
                             "; -git-repos-parent-dir names another folder\n");
}

TEST(FakeGitServerStart, SaysWhatCannotWork) {
  const TempDir temp;
  const std::string dir = "-git-repos-parent-dir=" + temp.str();
  const auto no_folder = fails({"-git-repos-parent-dir=/dev/null/repos"});
  EXPECT_EQ(no_folder.status, 1);
  EXPECT_EQ(no_folder.text,
            "fakegitserver: cannot write in /dev/null/repos: Not a directory; -git-repos-parent-dir names "
            "another folder\n");
  const auto no_git = fails({"-git-binary=/nonexistent/git", dir});
  EXPECT_EQ(no_git.status, 1);
  EXPECT_EQ(
      no_git.text,
      "fakegitserver: \"/nonexistent/git\" is not the absolute path of a program; -git-binary names git\n");
  const auto no_cert = fails({"-port=0", "-cert=/nonexistent/cert", "-key=/nonexistent/key", dir});
  EXPECT_EQ(no_cert.status, 1);
  EXPECT_THAT(no_cert.text, AllOf(StartsWith("fakegitserver: cannot use the certificate /nonexistent/cert"),
                                  HasSubstr("PEM")));
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{"-cert=/c", dir}, {"-prot=1"}, {"-port=x"}, {"foo"}}) {
    const auto usage = fails(flags);
    EXPECT_EQ(usage.status, 2) << flags[0];
    EXPECT_THAT(usage.text, HasSubstr("-help lists the flags"));
  }
}

TEST(FakeGitServerStart, HelpListsTheFlags) {
  const auto help = must(FAKEGITSERVER " -help");
  for (const std::string flag : {"-port ", "-port-https", "-address", "-cert", "-key", "-git-binary",
                                 "-git-repos-parent-dir", "-script-timeout", "/setup-repo", "/healthz"})
    EXPECT_THAT(help, HasSubstr(flag));
}

}  // namespace
}  // namespace fakes::support
