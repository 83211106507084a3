#include "testrun/locations.h"

#include <gmock/gmock.h>

#include <future>

#include "base/hash.h"
#include "base/process.h"
#include "base/text.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/http_server.h"
#include "testrun/git_remote.h"
#include "testrun/loading.h"

namespace harness::testrun {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class LocationsTest : public testing::Test, protected Loading {
 protected:
  LocationsTest() { commit("first"); }
  std::string sh(const std::string& script) const {
    return trim(run_checked({.args = {"sh", "-ec", script},
                             .dir = repo_,
                             .env = {{"GIT_AUTHOR_NAME", "a"},
                                     {"GIT_AUTHOR_EMAIL", "a@b"},
                                     {"GIT_COMMITTER_NAME", "a"},
                                     {"GIT_COMMITTER_EMAIL", "a@b"}}},
                            "git", kTestsFailed));
  }
  std::string commit(const std::string& text) const {
    fs::create_directories(repo_);
    return sh("[ -d .git ] || git init -qb main .; echo " + text + " > text; git add .; git commit -qm " +
              text + "; git rev-parse HEAD");
  }
  Place place(const std::string& revision) const {
    return git_place({.repo = repo_.string(), .revision = revision}, files_ / "cache", files_ / "checkouts",
                     {});
  }

  const fs::path repo_ = files_ / "repo";
};

TEST_F(LocationsTest, ABranchATagAndACommit) {
  sh("git tag v1");
  const auto first = sh("git rev-parse HEAD");
  const auto second = commit("second");
  EXPECT_EQ(place("main").commit, second);
  EXPECT_EQ(place("main").ref, "main");
  EXPECT_EQ(place("v1").commit, first);
  const auto by_id = place(first);
  EXPECT_EQ(by_id.commit, first);
  EXPECT_EQ(by_id.ref, "");
  EXPECT_EQ(read_file(by_id.root / "text"), "first\n");
  EXPECT_EQ(read_file(place("main").root / "text"), "second\n");
}

TEST_F(LocationsTest, ABranchThatWasRewrittenIsFetchedAnew) {
  place("main");
  const auto amended = sh("echo other > text; git commit -qa --amend -m other; git rev-parse HEAD");
  EXPECT_EQ(place("main").commit, amended);
}

TEST_F(LocationsTest, ACommitThatIsThereNeedsNobody) {
  const auto id = place("main").commit;
  fs::rename(repo_, files_ / "gone");
  EXPECT_EQ(place(id).commit, id);
  EXPECT_THAT(error_of([&] { place("main"); }).what(), HasSubstr("cannot fetch " + repo_.string()));
}

TEST_F(LocationsTest, CredentialsAreForTheServerAlone) {
  std::string authorization;
  HttpServer server([&](const auto& request, auto& answer) {
    const auto sent = request.headers.find("authorization");
    if (sent == request.headers.end())
      return answer.reply(401, "", {{"WWW-Authenticate", "Basic realm=\"r\""}});
    authorization = sent->second;
    answer.reply(404);
  });
  const ScopedVariable configuration("GIT_CONFIG_GLOBAL",
                                     files_
                                         .write("gitconfig", "[credential]\n\thelper = \"!cat > " +
                                                                 (files_ / "kept").string() + "; echo\"\n")
                                         .string());
  const auto error = error_of([&] {
    git_place({.repo = "http://me:p%40ss@" + server.host() + "/r.git", .revision = "main"}, files_ / "cache",
              files_ / "checkouts", {});
  });
  EXPECT_EQ(authorization, "Basic bWU6cEBzcw==") << "me:p@ss";
  EXPECT_FALSE(fs::exists(files_ / "kept")) << "git's own helpers do not get them";
  const auto shown = std::string(error.what()) + error.details.command + error.details.output_tail;
  EXPECT_THAT(shown, HasSubstr("http://" + server.host() + "/r.git"));
  EXPECT_THAT(shown, testing::Not(HasSubstr("p%40ss")));
  EXPECT_THAT(shown, testing::Not(HasSubstr("p@ss")));
}

/// What no git would make, but a server could send.
TEST_F(LocationsTest, ARepositoryWritesNowhereElse) {
  const auto tree = [&](const std::string& entries) {
    return sh("b=$(echo evil | git hash-object -w --stdin); l=$(printf " + files_.root().string() +
              "/outside | git hash-object -w --stdin); s=$(printf \"100644 blob $b\\tx\\n\" | git mktree); "
              "printf \"" +
              entries +
              "\" | git mktree --missing > tree; git -c user.name=a -c user.email=a@b commit-tree -m m $(cat "
              "tree) > "
              "id; git update-ref refs/heads/evil $(cat id); cat id");
  };
  fs::create_directory(files_ / "outside");
  const std::string entries[] = {"100644 blob $b\\t../up\\n", "040000 tree $s\\t..\\n",
                                 "120000 blob $l\\tlink\\n040000 tree $s\\tlink\\n",
                                 "040000 tree $s\\t.git\\n",
                                 "100644 blob $b\\t" + files_.root().string() + "/abs\\n"};
  for (const auto& one : entries) {
    try {
      tree(one);
      place("evil");
    } catch (const Error&) {  // git does not make, take or write it
    }
    EXPECT_TRUE(fs::is_empty(files_ / "outside")) << one;
    EXPECT_FALSE(fs::exists(files_ / "checkouts/up") || fs::exists(files_ / "abs") ||
                 fs::exists(files_ / "x"))
        << one;
  }
}

/// The user's own configuration, the repository's hooks and files, and its submodules' URLs.
TEST_F(LocationsTest, NothingIsRun) {
  const auto ran = (files_ / "ran").string();
  files_.write("hooks/post-checkout", "#!/bin/sh\ntouch " + ran + "\n", 0755);
  files_.write("hooks/reference-transaction", "#!/bin/sh\ntouch " + ran + "\n", 0755);
  files_.write("templates/hooks/post-checkout", "#!/bin/sh\ntouch " + ran + "\n", 0755);
  const ScopedVariable configuration(
      "GIT_CONFIG_GLOBAL",
      files_
          .write("gitconfig",
                 "[core]\n\thooksPath = " + (files_ / "hooks").string() + "\n\tfsmonitor = touch " + ran +
                     "; true\n[init]\n\ttemplateDir = " + (files_ / "templates").string() +
                     "\n\tdefaultObjectFormat = sha256\n" + "[filter \"lfs\"]\n\tsmudge = touch " + ran +
                     "; cat\n\tprocess = touch " + ran + "\n\trequired = true\n[core]\n\tautocrlf = true\n")
          .string());
  files_.write("repo/.gitattributes", "*.bin filter=lfs\n");
  files_.write("repo/a.bin", "version https://git-lfs.github.com/spec/v1\n");
  sh("export GIT_CONFIG_GLOBAL=/dev/null; cp -r ../hooks/* .git/hooks/; git -c filter.lfs.clean=cat -c "
     "core.hooksPath=/dev/null add .; git -c core.hooksPath=/dev/null commit -qm second");
  fs::remove(ran);
  const auto there = place("main");
  EXPECT_EQ(read_file(there.root / "text"), "first\n");
  EXPECT_EQ(read_file(there.root / "a.bin"), "version https://git-lfs.github.com/spec/v1\n")
      << "as it is stored";
  EXPECT_FALSE(fs::exists(ran));
  EXPECT_THAT(error_of([&] {
                git_place({.repo = "ext::sh -c touch% " + ran, .revision = "main"}, files_ / "cache",
                          files_ / "checkouts", {});
              }).what(),
              HasSubstr("cannot fetch"));
  files_.write("repo/.gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = ext::sh -c touch% " + ran + "\n");
  sh("export GIT_CONFIG_GLOBAL=/dev/null; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),s; "
     "git add .gitmodules; git -c core.hooksPath=/dev/null commit -qm third");
  fs::remove(ran);
  EXPECT_THAT(error_of([&] { place("main"); }).what(),
              testing::AllOf(HasSubstr("submodule s of "), HasSubstr("transport 'ext' not allowed")));
  EXPECT_FALSE(fs::exists(ran));
}

TEST_F(LocationsTest, SubmodulesAreThereByRelativeUrlsToo) {
  const std::string as = "git -c user.name=a -c user.email=a@b -c protocol.file.allow=always ";
  for (const auto* name : {"inner", "outer"})
    sh("mkdir ../" + std::string(name) + "; cd ../" + name + "; git init -qb main; echo " + name +
       " >name; git add .; " + as + "commit -qm x");
  sh("cd ../outer; " + as + "submodule --quiet add ../inner deep/inner; " + as + "commit -qm y");
  sh(as + "submodule --quiet add ../outer 'with blank'; " + as +
     "commit -qm z; cd ../outer; echo newer >name; git commit -qam newer");
  const auto there = place("main");
  EXPECT_EQ(read_file(there.root / "with blank/name"), "outer\n") << "the commit that is asked for";
  EXPECT_EQ(read_file(there.root / "with blank/deep/inner/name"), "inner\n");
  EXPECT_EQ(sh("cd " + there.root.string() + "; git submodule status --recursive | cut -c1 | tr ' ' '='"),
            "=\n=")
      << "git itself finds them right";
  fs::remove_all(files_ / "outer");
  fs::remove_all(there.root);
  EXPECT_EQ(read_file(place(there.commit).root / "with blank/name"), "outer\n")
      << "what is there is not fetched";
}

TEST_F(LocationsTest, ASubmoduleThatCannotBeHad) {
  sh("git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),s; git commit -qm second");
  EXPECT_THAT(error_of([&] { place("main"); }).what(),
              HasSubstr("submodule s of " + repo_.string() + ": .gitmodules has no URL for it"));
  files_.write("repo/.gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = ../nowhere\n");
  sh("git add .gitmodules; git commit -qm third");
  EXPECT_THAT(error_of([&] { place("main"); }).what(),
              testing::AllOf(HasSubstr("cannot fetch " + (files_ / "nowhere").string()),
                             HasSubstr("does not appear to be a git repository")));
  files_.write("repo/.gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = ../nowhere\n\tupdate = none\n");
  sh("git add .gitmodules; git commit -qm fourth");
  EXPECT_TRUE(fs::is_empty(place("main").root / "s"));
}

TEST(GitRemoteTest, RelativeUrls) {
  EXPECT_EQ(resolved_url("https://h/a/b.git", "../c.git"), "https://h/a/c.git");
  EXPECT_EQ(resolved_url("https://h/a/b.git/", "../../c/d/"), "https://h/c/d");
  EXPECT_EQ(resolved_url("git@h:a/b.git", "../c.git"), "git@h:a/c.git");
  EXPECT_EQ(resolved_url("git@h:b.git", "../c.git"), "git@h:c.git");
  EXPECT_EQ(resolved_url("/srv/a", "./c"), "/srv/a/c");
}

TEST(GitRemoteTest, UrlsLoseTheirCredentials) {
  EXPECT_EQ(Remote("https://me:a@b@h:1/r?x#y").url(), "https://h:1/r?x#y");
  EXPECT_EQ(Remote("HTTP://token@h/r").url(), "HTTP://h/r");
  EXPECT_EQ(Remote("ssh://git@h/r").url(), "ssh://git@h/r");
  EXPECT_EQ(Remote("https://h/a@b").url(), "https://h/a@b");
}

TEST_F(LocationsTest, RefsOfAllKinds) {
  const auto first = sh("git rev-parse HEAD");
  sh("git update-ref refs/pull/1/head HEAD; git update-ref refs/heads/-x HEAD; git update-ref "
     "refs/tags/--all HEAD; git tag -a -m m annotated");
  const auto second = commit("second");
  sh("git tag both HEAD~1; git branch both; git checkout -qb trunk; git branch deadbee HEAD~1");
  EXPECT_EQ(place("HEAD").commit, second) << "the remote's, whatever it is called there";
  EXPECT_EQ(place("refs/pull/1/head").commit, first);
  EXPECT_EQ(place("refs/heads/both").commit, second);
  EXPECT_EQ(place("-x").commit, first);
  EXPECT_EQ(place("--all").commit, first);
  EXPECT_EQ(place("annotated").commit, first);
  EXPECT_EQ(place("deadbee").commit, first) << "a branch, though it could be the beginning of an id";
  EXPECT_EQ(place(second.substr(0, 10)).commit, second);
  const auto both = place("both");
  EXPECT_EQ(both.commit, first);
  EXPECT_THAT(both.remarks, testing::ElementsAre(HasSubstr("a tag and a branch \"both\": the tag is meant")));
  for (const auto* revision : {"main~1", "main^{tree}", "main:text", "@", "both@{0}", ":/first", "",
                               "refs/heads/none", "refs/heads/*", "0000000000000000000000000000000000000000"})
    EXPECT_NE(std::string(error_of([&] { place(revision); }).what()), "") << revision;
}

TEST_F(LocationsTest, RemotesOfAllKinds) {
  commit("second");
  const auto id = sh("git rev-parse HEAD");
  sh("git clone -q --bare --depth 1 file://$PWD ../shallow.git; git init -q --object-format=sha256 -b main "
     "../new; cd ../new; echo new >text; git add .; git commit -qm x");
  const auto at = [&](const std::string& name) {
    return git_place({.repo = (files_ / name).string(), .revision = "main"}, files_ / "cache",
                     files_ / "checkouts", {});
  };
  EXPECT_EQ(at("shallow.git").commit, id);
  EXPECT_EQ(read_file(at("shallow.git").root / "text"), "second\n");
  EXPECT_EQ(at("new").commit.size(), 64u);
  EXPECT_EQ(read_file(at("new").root / "text"), "new\n");
  EXPECT_EQ(sh("cd " + at("new").root.string() + "; git log --format=%s; git remote get-url origin"),
            "x\n" + (files_ / "new").string());
  sh("git init -q --bare ../empty.git");
  EXPECT_THAT(error_of([&] { at("empty.git"); }).what(), HasSubstr("has no tag, branch or commit \"main\""));
}

TEST_F(LocationsTest, WhatAKilledGitLeftAndABrokenCopyAreNoObstacle) {
  place("main");
  const auto copy = files_ / "cache" / (sha256_hex(repo_.string()).substr(0, 16) + ".git");
  ASSERT_TRUE(fs::exists(copy));
  for (const auto* file : {"packed-refs.lock", "shallow.lock", "HEAD.lock", "config.lock",
                           "refs/heads/main.lock", "objects/pack/tmp_pack_abc"}) {
    files_.write("cache/" + copy.filename().string() + "/" + file, "");
    commit(std::string("after-") + std::to_string(std::string(file).size()));
    EXPECT_EQ(place("main").commit, sh("git rev-parse HEAD")) << file;
  }
  const auto kept = place("main");
  fs::remove_all(copy / "objects");
  const auto anew = commit("anew");
  const auto there = place("main");
  EXPECT_EQ(there.commit, anew);
  EXPECT_THAT(there.remarks,
              testing::ElementsAre(HasSubstr("could not be used any more: another one was made")));
  EXPECT_THAT(place("main").remarks, IsEmpty());
}

TEST_F(LocationsTest, SeveralAtOnce) {
  const auto id = commit("second");
  std::vector<std::future<std::string>> all;
  for (int i = 0; i < 4; ++i)
    all.push_back(std::async(std::launch::async, [&, i] {
      return git_place({.repo = repo_.string(), .revision = "main"}, files_ / "cache",
                       files_ / ("checkouts" + std::to_string(i)), {})
          .commit;
    }));
  for (auto& one : all) EXPECT_EQ(one.get(), id);
}

TEST_F(LocationsTest, CredentialsDoNotFollowARedirect) {
  std::string given;
  HttpServer other([&](const auto& request, auto& answer) {
    if (const auto sent = request.headers.find("authorization"); sent != request.headers.end())
      given = sent->second;
    answer.reply(401, "", {{"WWW-Authenticate", "Basic realm=\"r\""}});
  });
  HttpServer server([&](const auto& request, auto& answer) {
    answer.reply(302, "", {{"Location", "http://" + other.host() + request.target}});
  });
  const auto error = error_of([&] {
    git_place({.repo = "http://me:geheim@" + server.host() + "/r.git", .revision = "main"}, files_ / "cache",
              files_ / "checkouts", {});
  });
  EXPECT_EQ(given, "");
  EXPECT_THAT(std::string(error.what()) + error.details.command + error.details.output_tail,
              testing::Not(HasSubstr("geheim")));
}

TEST_F(LocationsTest, DefinitionsAreNotReadFromElsewhere) {
  define("one");
  files_.write("elsewhere.yaml", "secret: [");
  fs::create_symlink(files_ / "elsewhere.yaml", files_ / ".test-defs/two.yaml");
  fs::create_directory(files_ / "place");
  fs::rename(files_ / ".test-defs", files_ / "place/.test-defs");
  files_.write("t.yaml",
               "kind: Testrun\nspec:\n  testLocations: [{type: local, hostPath: place}]\n  testflow: "
               "[{name: a, definition: {name: one}}]\n");
  load_file(files_ / "t.yaml");
  EXPECT_THAT(problems(), HasSubstr("it is a link that leads out of"));
  EXPECT_THAT(problems(), testing::Not(HasSubstr("secret")));
}

TEST_F(LocationsTest, ARevisionThatIsNotThere) {
  EXPECT_THAT(error_of([&] { place("no-such"); }).what(),
              HasSubstr(repo_.string() + " has no tag, branch or commit \"no-such\""));
  error_of([&] { place("--upload-pack=touch /tmp/x"); });
}

TEST_F(LocationsTest, TheLocationsOwnDefinitionWinsOverTheProjects) {
  define("mine", "description: of-the-location");
  for (const char* name : {"mine", "projects"})
    files_.write(std::string("tests/testdefs/") + name + ".yaml",
                 std::string("kind: TestDefinition\nmetadata: {name: ") + name +
                     "}\nspec: {owner: a@example.com, command: [x], description: of-the-project}\n");
  const auto& loaded =
      load("testflow: [{name: a, definition: {name: mine}}, {name: b, definition: {name: projects}}]");
  ASSERT_THAT(problems(), IsEmpty());
  EXPECT_EQ(loaded.plan.testflow.nodes[0].definition().description, "of-the-location");
  EXPECT_EQ(loaded.plan.testflow.nodes[1].definition().description, "of-the-project");
}

}  // namespace
}  // namespace harness::testrun
