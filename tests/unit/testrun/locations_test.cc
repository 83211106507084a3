#include "testrun/locations.h"

#include <gmock/gmock.h>

#include "base/process.h"
#include "base/text.h"
#include "support/errors.h"
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
                            "git", 1));
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
