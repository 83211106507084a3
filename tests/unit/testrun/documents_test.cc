// What the Test Machinery's documents show, and what they say is wrong: tests/testdata/testruns/.
#include <gmock/gmock.h>

#include <set>

#include "base/process.h"
#include "support/golden.h"
#include "testrun/loading.h"
#include "unit_tests_paths.h"

namespace harness::testrun {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(TEST_SOURCE_DIR).parent_path() / "testdata" / "testruns";

/// Paths of this machine out of it.
std::string portable(std::string text, const std::vector<std::pair<std::string, std::string>>& replaced) {
  for (const auto& [from, to] : replaced)
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
  return text;
}

TEST(DocumentsTest, GoldenEveryExample) {
  Loading loading;
  const auto repo = loading.files_ / "repo";
  loading.files_.write("repo/.test-defs/from-git.yaml",
                       "kind: TestDefinition\nmetadata: {name: from-git}\nspec: {owner: a@example.com, "
                       "command: [\"true\"]}\n");
  run_checked({.args = {"sh", "-c",
                        "git init -qb main . && git add . && git -c user.name=a -c user.email=a@b commit "
                        "-qm a && git tag v1"},
               .dir = repo},
              "git", kTestsFailed);
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kCases))
    if (entry.path().extension() == ".yaml") files.insert(entry.path());
  ASSERT_GT(files.size(), 15u);
  std::string text;
  for (const auto& file : files) {
    const bool from_git = file.stem() == "location-sets" || file.stem() == "test-locations";
    loading.load_file(file, from_git ? Parameters{{"repo", repo.string()}} : Parameters{});
    const auto problems = loading.problems(), remarks = loading.remarks();
    text += "=== " + file.filename().string() + "\n" + remarks + (remarks.empty() ? "" : "\n") +
            (problems.empty() ? "valid" : problems) + "\n";
  }
  const auto near = fs::proximate(kCases).string();
  expect_golden("testruns.txt", portable(text, {{kCases.string(), "DIR"}, {near, "DIR"}, {repo, "REPO"}}));
}

}  // namespace
}  // namespace harness::testrun
