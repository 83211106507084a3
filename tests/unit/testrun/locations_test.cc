#include "testrun/locations.h"

#include <gmock/gmock.h>

#include "base/process.h"
#include "base/text.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/http_server.h"
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
  const ScopedVariable helpers("GIT_CONFIG_COUNT", "1"), key("GIT_CONFIG_KEY_0", "credential.helper"),
      value("GIT_CONFIG_VALUE_0", "!cat > " + (files_ / "kept").string() + "; echo");
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

TEST_F(LocationsTest, HooksAndSubmodulesOfARepositoryAreNotRun) {
  const auto ran = (files_ / "ran").string();
  files_.write("repo/hooks/post-checkout", "#!/bin/sh\ntouch " + ran + "\n", 0755);
  files_.write("repo/.gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = ext::sh -c touch% " + ran + "\n");
  sh("cp -r hooks .git/; git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),s");
  commit("second");
  EXPECT_EQ(read_file(place("main").root / "text"), "second\n");
  EXPECT_FALSE(fs::exists(ran));
  EXPECT_THAT(error_of([&] {
                git_place({.repo = "ext::sh -c touch% " + ran, .revision = "main"}, files_ / "cache",
                          files_ / "checkouts", {});
              }).what(),
              HasSubstr("cannot fetch"));
  EXPECT_FALSE(fs::exists(ran));
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
