// POST /setup-repo of the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>

#include "support.h"

namespace fakes::support {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::UnorderedElementsAre;

class SetupRepo : public ::testing::Test {
 protected:
  std::string file(const std::string& name) const { return (server_.scratch() / name).string(); }
  std::string content(const std::string& name) {
    return must("git archive --format=tar --remote=" + (server_.dir() / name).string() + " HEAD | tar -xO");
  }
  int status(const std::string& name) const {
    return request(server_.port(), "GET", "/repo/" + name + "/info/refs?service=git-upload-pack").status;
  }
  std::future<Answer> begin(const std::string& name, const std::string& script,
                            bool overwrite = false) const {
    return std::async(std::launch::async, [=, this] { return server_.setup(name, script, overwrite); });
  }
  /// A script waits here until `count` scripts do.
  std::string meet(const std::string& place, int count) const {
    const std::string met = "set -- " + file(place) + ".*; ";
    return "mktemp " + file(place) + ".XXXXXX > /dev/null; " + met + "while [ $# -lt " +
           std::to_string(count) + " ]; do sleep 0.1; " + met + "done\n";
  }
  std::string wait_for(const std::string& name) const {
    return "touch " + file(name) + ".waits; while ! [ -e " + file(name) + " ]; do sleep 0.02; done\n";
  }
  void release(const std::string& name) const { std::ofstream(file(name)).put('x'); }
  bool waits(const std::string& name) const {
    return eventually([&] { return fs::exists(file(name) + ".waits"); });
  }
  GitServer server_;
};

// Of `echo hi > README; git add .; git commit -m first` by abc <d@e.f> at Thu May 19 12:34:56 2022 +0000.
constexpr const char* kCommitId = "4c092bd5113671b4afbbdc6003ba50a3aa03b098";

TEST_F(SetupRepo, AnswersTheLogOfAllRefs) {
  const auto answer = server_.setup(
      "foo",
      kCommit + "git checkout -q -b other; git commit -q --allow-empty -m second; git checkout -q master");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain; charset=utf-8");
  EXPECT_THAT(answer.body, MatchesRegex("commit [0-9a-f]+ \\(other\\)\nAuthor: abc <d@e.f>\nDate:   Thu May "
                                        "19 12:34:56 2022 \\+0000\n\n    second\n\ncommit " +
                                        std::string(kCommitId) +
                                        " \\(HEAD -> master\\)\nAuthor: abc <d@e.f>\nDate:   Thu May 19 "
                                        "12:34:56 2022 \\+0000\n\n    first\n"));
}

TEST(SetupRepoDeterminism, NothingOfTheMachineOrTheCallerChangesACommit) {
  const TempDir temp;
  std::ofstream(temp.path() / ".gitconfig")
      << "[user]\nname = other\nemail = o@o\n[commit]\ngpgsign = true\n[core]\nautocrlf = true\nexcludesFile "
         "= "
      << temp.str() << "/ignore\nhooksPath = " << temp.str()
      << "/hooks\n[init]\ndefaultBranch = trunk\ntemplateDir = " << temp.str()
      << "/template\n[i18n]\ncommitEncoding = latin1\n[log]\ndate = relative\n";
  std::ofstream(temp.path() / "ignore") << "README\n";
  for (const std::string hooks : {"hooks", "template/hooks"}) {
    fs::create_directories(temp.path() / hooks);
    std::ofstream(temp.path() / hooks / "pre-commit") << "#!/bin/sh\nexit 1\n";
    fs::permissions(temp.path() / hooks / "pre-commit", fs::perms(0755));
  }
  const std::string config = temp.str() + "/.gitconfig";
  const GitServer server({}, {{"HOME", temp.str()},
                              {"XDG_CONFIG_HOME", temp.str()},
                              {"GIT_CONFIG_GLOBAL", config},
                              {"GIT_CONFIG_SYSTEM", config},
                              {"GIT_CONFIG_COUNT", "1"},
                              {"GIT_CONFIG_KEY_0", "user.name"},
                              {"GIT_CONFIG_VALUE_0", "other"},
                              {"GIT_DIR", "/nonexistent"},
                              {"GIT_WORK_TREE", "/nonexistent"},
                              {"GIT_INDEX_FILE", "/nonexistent/index"},
                              {"GIT_OBJECT_DIRECTORY", "/nonexistent"},
                              {"GIT_TEMPLATE_DIR", temp.str() + "/template"},
                              {"GIT_AUTHOR_NAME", "other"},
                              {"GIT_COMMITTER_EMAIL", "o@o"},
                              {"GIT_AUTHOR_DATE", "2001-01-01T00:00:00"},
                              {"GIT_COMMITTER_DATE", "2001-01-01T00:00:00"},
                              {"GIT_DEFAULT_HASH", "sha256"},
                              {"TZ", "Asia/Tokyo"},
                              {"LC_ALL", "tr_TR.UTF-8"},
                              {"GIT_PROTOCOL", "version=1"},
                              {"GIT_NAMESPACE", "other"},
                              {"EMAIL", "o@o"}});
  EXPECT_EQ(server.must_setup("foo", "echo hi > README; git add .; git commit -m first"), kCommitId);
  EXPECT_EQ(must("git ls-remote " + server.url("foo") + " | head -1"), std::string(kCommitId) + "\tHEAD");
}

TEST_F(SetupRepo, AScriptsGlobalConfigurationIsItsOwn) {
  server_.must_setup("a",
                     "git config --global core.abbrev 7; git config --global --get core.abbrev; " + kCommit);
  EXPECT_EQ(server_.setup("b", "git config --global --get core.abbrev").status, 422);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(SetupRepo, TheServedRepositoryIsBareAndConfigured) {
  server_.must_setup("foo", kCommit);
  const auto get = [&](const std::string& key) {
    return must("git -C " + (server_.dir() / "foo.git").string() + " config " + key);
  };
  for (const std::string key :
       {"core.bare", "http.receivepack", "uploadpack.allowAnySHA1InWant", "uploadpack.allowFilter"})
    EXPECT_EQ(get(key), "true") << key;
  EXPECT_THAT(server_.folder(), UnorderedElementsAre(".lock", "foo.git"));
}

TEST_F(SetupRepo, TheScriptStopsAtItsFirstErrorAndItsOutputIsShown) {
  const auto answer = server_.setup("foo", "echo out; echo err >&2\n(exit 7)\necho never");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.json()["error"], "the script failed with exit status 7");
  EXPECT_EQ(answer.json()["exit_status"], 7);
  EXPECT_EQ(answer.json()["output"], "out\nerr\n");
  const auto unset = server_.setup("foo", "echo \"$not_set\"");
  EXPECT_EQ(unset.status, 422);
  EXPECT_THAT(unset.json()["output"], HasSubstr("not_set: parameter not set"));
  EXPECT_EQ(server_.setup("foo", "kill -9 $$").json()["signal"], 9);
  EXPECT_THAT(server_.folder(), ElementsAre(".lock")) << "a set-up that failed leaves nothing";
}

TEST_F(SetupRepo, OnlyTheEndOfALongOutputIsShown) {
  const auto answer =
      server_.setup("foo", "head -c 5000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 1");
  EXPECT_EQ(answer.status, 422);
  const std::string output = answer.json()["output"];
  EXPECT_EQ(output.size(), 65536U);
  EXPECT_TRUE(output.ends_with("x\nthe end\n"));
}

TEST_F(SetupRepo, AScriptMustLeaveARepository) {
  EXPECT_EQ(server_.setup("foo", "rm -rf .git").json()["error"], "the script left no .git folder");
  EXPECT_EQ(server_.setup("foo", "rm .git/HEAD").status, 422);
  EXPECT_EQ(server_.setup("foo", "echo [ >> .git/config").status, 422);
  EXPECT_EQ(server_.setup("foo", "mv .git ../.git-outside; ln -s ../.git-outside .git").status, 422);
}

TEST_F(SetupRepo, WhatAScriptLeftRunningIsEnded) {
  server_.must_setup("foo", kCommit + "sleep 1000 &\n");
  EXPECT_TRUE(eventually([&] { return descendants(server_.process().pid()).empty(); }));
}

TEST_F(SetupRepo, BadOrdersAre400And413) {
  const auto post = [&](const std::string& body) {
    return request(server_.port(), "POST", "/setup-repo", body);
  };
  for (const std::string body :
       {"", "{", "[]", R"({"name": "a"})", R"({"script": ""})", R"({"name": "a", "script": "", "x": 1})",
        R"({"name": 1, "script": ""})", R"({"name": "../a", "script": ""})",
        R"({"name": "a", "script": "", "object_format": "md5"})",
        R"({"name": "a", "script": "", "object_format": 1})", R"({"name": "/a", "script": ""})",
        R"({"name": "a.git", "script": ""})"}) {
    const auto answer = post(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.headers.at("content-type"), "application/json");
    EXPECT_FALSE(answer.json()["error"].get<std::string>().empty());
  }
  EXPECT_EQ(post(order("a", std::string(200'000, '#'))).status, 413);
  EXPECT_EQ(post(order("a", std::string(1'100'000, '#'))).status, 413);
  EXPECT_THAT(server_.folder(), ElementsAre(".lock"));
}

TEST_F(SetupRepo, OtherMethodsAre405) {
  const auto answer = request(server_.port(), "GET", "/setup-repo");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.at("allow"), "POST");
}

TEST_F(SetupRepo, AnExistingRepositoryStaysUnlessOverwritten) {
  const auto id = server_.must_setup("org/foo", kCommit);
  const auto answer = server_.setup("org/foo", "echo other > README; git add .; git commit -qm other");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.json()["error"], "the repository \"org/foo\" exists; \"overwrite\": true replaces it");
  EXPECT_EQ(must("git ls-remote " + server_.url("org/foo") + " HEAD | cut -c1-40"), id);
  const auto other =
      server_.must_setup("org/foo", "echo other > README; git add .; git commit -qm other", true);
  EXPECT_NE(other, id);
  EXPECT_EQ(must("git ls-remote " + server_.url("org/foo") + " HEAD | cut -c1-40"), other);
  EXPECT_EQ(server_.setup("org/foo", "exit 1", true).status, 422);
  EXPECT_EQ(must("git ls-remote " + server_.url("org/foo") + " HEAD | cut -c1-40"), other)
      << "a failed set-up replaces nothing";
  server_.must_setup("new", kCommit, true);
  EXPECT_THAT(server_.folder(), UnorderedElementsAre(".lock", "org", "new.git"));
}

TEST_F(SetupRepo, NoRepositoryLiesInsideAnotherOrWhereOthersLie) {
  server_.must_setup("foo", kCommit);
  server_.must_setup("org/foo", kCommit);
  for (const bool overwrite : {false, true}) {
    const auto inside = server_.setup("foo/objects", kCommit, overwrite);
    EXPECT_EQ(inside.status, 409);
    EXPECT_EQ(inside.json()["error"],
              "\"foo/objects\" would lie inside the repository \"foo\"; choose another name");
    const auto over = server_.setup("org", kCommit, overwrite);
    EXPECT_EQ(over.status, 409);
    EXPECT_EQ(over.json()["error"], "\"org\" is a folder of other repositories; choose another name");
  }
  EXPECT_EQ(server_.setup("fail/here", "exit 1").status, 422);
  server_.must_setup("fail", kCommit);
}

TEST_F(SetupRepo, ARepositoryAppearsWholeWhenItsScriptHasEnded) {
  auto answer = begin("foo", kCommit + wait_for("go"));
  ASSERT_TRUE(waits("go"));
  EXPECT_EQ(status("foo"), 404);
  release("go");
  EXPECT_EQ(answer.get().status, 200);
  EXPECT_EQ(status("foo"), 200);
}

TEST_F(SetupRepo, NoneWaitsForAnother) {
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 20; ++i)
    answers.push_back(
        begin("org" + std::to_string(i % 3) + "/r" + std::to_string(i), meet("place", 20) + kCommit));
  for (auto& answer : answers) {
    const auto one = answer.get();
    EXPECT_EQ(one.status, 200) << one.body;
    EXPECT_THAT(one.body, HasSubstr(kCommitId));
  }
}

TEST_F(SetupRepo, TheSameNameTwiceAtOnceIsMadeOnce) {
  const auto script = [&](const std::string& text) {
    return meet("place", 2) + "for i in $(seq 20); do echo " + text +
           " > $i; done; git add .; git commit -qm " + text;
  };
  auto first = begin("foo", script("one")), second = begin("foo", script("two"));
  const auto one = first.get(), two = second.get();
  EXPECT_THAT((std::vector<int>{one.status, two.status}), UnorderedElementsAre(200, 409));
  const std::string winner = one.status == 200 ? "one" : "two";
  EXPECT_EQ(must("git clone -q " + server_.url("foo") + " " + file("a") + "; cd " + file("a") +
                 "; git log --format=%s; cat * | sort -u"),
            winner + "\n" + winner);
}

TEST_F(SetupRepo, TheSameNameTwiceAtOnceWithOverwriteNeverMixes) {
  const auto script = [&](const std::string& text) {
    return meet("place", 2) + "for i in $(seq 20); do echo " + text +
           " > $i; done; git add .; git commit -qm " + text;
  };
  auto first = begin("foo", script("one"), true), second = begin("foo", script("two"), true);
  EXPECT_EQ(first.get().status, 200);
  EXPECT_EQ(second.get().status, 200);
  const auto left = must("git clone -q " + server_.url("foo") + " " + file("a") + "; cd " + file("a") +
                         "; git log --format=%s; cat * | sort -u");
  EXPECT_TRUE(left == "one\none" || left == "two\ntwo") << left;
  EXPECT_THAT(server_.folder(), UnorderedElementsAre(".lock", "foo.git"));
}

TEST_F(SetupRepo, AnOverwriteLeavesNoGap) {
  server_.must_setup("foo", kCommit);
  std::atomic<bool> over = false;
  std::atomic<int> fetches = 0;
  auto reader = std::async(std::launch::async, [&] {
    for (; !over; ++fetches)
      if (status("foo") != 200) return false;
    return true;
  });
  for (int i = 0; i < 10; ++i)
    server_.must_setup("foo", "git commit -q --allow-empty -m " + std::to_string(i), true);
  over = true;
  EXPECT_TRUE(reader.get());
  EXPECT_GT(fetches, 0);
}

TEST_F(SetupRepo, ARequestInFlightKeepsTheRepositoryThatIsReplaced) {
  server_.must_setup(
      "foo", kCommit + "printf '#!/bin/sh\\n" + "touch " + file("go.waits") + "; while ! [ -e " + file("go") +
                 " ]; do sleep 0.02; done\\n' > .git/hooks/pre-receive; chmod +x .git/hooks/pre-receive");
  auto push = std::async(std::launch::async, [&] {
    return sh("git clone -q " + server_.url("foo") + " " + file("a") + "; cd " + file("a") +
              "; git commit -q --allow-empty -m two; git push -q origin master");
  });
  ASSERT_TRUE(waits("go"));
  const auto id = server_.must_setup("foo", "git commit -q --allow-empty -m new", true);
  EXPECT_EQ(server_.folder().size(), 3U) << "the replaced one is still used";
  release("go");
  const auto pushed = push.get();
  EXPECT_EQ(pushed.status, 0) << pushed.text;
  EXPECT_EQ(must("git ls-remote " + server_.url("foo") + " HEAD | cut -c1-40"), id);
  EXPECT_TRUE(eventually([&] { return server_.folder() == std::vector<std::string>{".lock", "foo.git"}; }));
}

TEST(SetupRepoLimit, AScriptThatTakesTooLongIsEnded) {
  const GitServer server({"-script-timeout=1"});
  const auto answer = server.setup("foo", "echo begun; sleep 1000");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.json()["error"], "the script took longer than 1 s and was ended");
  EXPECT_EQ(answer.json()["output"], "begun\n");
  const auto stubborn = server.setup("foo", "trap '' TERM; echo begun; while :; do sleep 1000; done");
  EXPECT_EQ(stubborn.status, 422);
  EXPECT_THAT(server.folder(), ElementsAre(".lock"));
}

}  // namespace
}  // namespace fakes::support
