// The program that fills a node's folders, run by sh with a folder in the place of /tm.
#include "testrun/emit/folders.h"

#include <re2/re2.h>

#include "base/files.h"
#include "base/process.h"
#include "testrun/emitting.h"
#include "unit_tests_paths.h"

namespace harness::testrun {
namespace {

namespace fs = std::filesystem;

class EmitFoldersTest : public testing::Test, protected Emitting {
 protected:
  EmitFoldersTest() {
    define("one");
    define("alone", "behavior: serial");
    defaults_.only_pods = true;
  }
  /// Runs it for a node; `phase` is TM_PHASE.
  void prepare(const Plan& plan, const std::string& id, const std::string& phase = "",
               const Repository& repository = {}) {
    for (const auto* flow : {&plan.testflow, &plan.on_exit})
      for (const auto& node : flow->nodes)
        if (node.id == id) {
          auto script =
              read_file(fs::path(TEST_SOURCE_DIR) / "../../src/testrun/emit/scripts/fill-folders.sh");
          RE2::GlobalReplace(&script, "/tm/", (files_ / "tm").string() + "/");
          auto variables = filling_variables(plan, node, repository);
          if (!phase.empty()) variables["TM_PHASE"] = phase;
          if (!repository.url.empty()) variables[kRepositoryVariable] = repository.url;
          const auto end = run({.args = {"sh", "-c", script}, .env = variables});
          EXPECT_TRUE(end.ok()) << id << ": " << end.err;
        }
  }
  void writes(const std::string& path, const std::string& text) { files_.write("tm/run/" + path, text); }
  /// "" where there is no file.
  std::string reads(const std::string& path) {
    const auto file = files_ / ("tm/run/" + path);
    return fs::exists(file) ? read_file(file) : "";
  }
};

TEST_F(EmitFoldersTest, FoldersGoFromNodeToNode) {
  const auto& plan = load(
                         "kubeconfigs: {shoot: YQo=}\ntestflow: [{name: a, definition: {name: one}}, {name: "
                         "b, dependsOn: [a], definition: {name: one}}, {name: u, dependsOn: [a], definition: "
                         "{name: one, untrusted: true}}]")
                         .plan;
  files_.write("tm/begin/kubeconfig/shoot.config", "shoot");
  files_.write("tm/begin/kubeconfig/host.config", "host");
  prepare(plan, "a");
  EXPECT_EQ(reads("testflow/a/kubeconfig/host.config"), "host");
  writes("testflow/a/shared/deep/.hidden", "1");
  writes("testflow/a/export/result", "2");
  writes("testflow/b/shared/of-the-attempt-before", "3");
  prepare(plan, "b");
  EXPECT_EQ(reads("testflow/b/shared/deep/.hidden"), "1");
  EXPECT_EQ(reads("testflow/b/kubeconfig/shoot.config"), "shoot");
  EXPECT_EQ(reads("testflow/b/export/result") + reads("testflow/b/shared/of-the-attempt-before"), "");
  prepare(plan, "u");
  EXPECT_EQ(reads("testflow/u/kubeconfig/shoot.config"), "shoot");
  EXPECT_EQ(reads("testflow/u/kubeconfig/host.config") + reads("testflow/u/shared/deep/.hidden"), "");
}

TEST_F(EmitFoldersTest, OnExitTakesTheNewestGlobalOnes) {
  const auto& plan =
      load(
          "testflow: [{name: a, definition: {name: alone}}, {name: b, dependsOn: [a], definition: {name: "
          "alone}}, {name: c, dependsOn: [b], definition: {name: alone}}]\n"
          "onExit: [{name: x, definition: {name: one}}, {name: y, dependsOn: [x], definition: {name: one}}]")
          .plan;
  prepare(plan, "onExit/x", "Failed");
  EXPECT_EQ(reads("onExit/x/shared/word"), "") << "nothing ran";
  prepare(plan, "a");
  writes("testflow/a/shared/word", "a");
  prepare(plan, "b");
  writes("testflow/b/shared/word", "b");
  fs::remove_all(files_ / "tm/run/onExit");
  prepare(plan, "onExit/x", "Failed");
  EXPECT_EQ(reads("onExit/x/shared/word"), "a") << "b failed";
  writes("testflow/c/shared/word", "c");
  prepare(plan, "onExit/x", "Succeeded");
  EXPECT_EQ(reads("onExit/x/shared/word"), "c");
  writes("onExit/x/shared/word", "x");
  prepare(plan, "onExit/y", "Succeeded");
  EXPECT_EQ(reads("onExit/y/shared/word"), "x");
}

TEST_F(EmitFoldersTest, APlainJobFindsThePhaseInAFile) {
  const auto& plan =
      load("testflow: [{name: a, definition: {name: alone}}]\nonExit: [{name: x, definition: {name: one}}]")
          .plan;
  prepare(plan, "a");
  writes("testflow/a/shared/word", "a");
  files_.write("tm/phase", "Succeeded\n");
  prepare(plan, "onExit/x");
  EXPECT_EQ(reads("onExit/x/shared/word"), "a");
  files_.write("tm/phase", "Failed\n");
  prepare(plan, "onExit/x");
  EXPECT_EQ(reads("onExit/x/shared/word"), "") << "a failed";
}

TEST_F(EmitFoldersTest, ARepositoryIsCheckedOut) {
  const auto git = [&](std::vector<std::string> args) {
    args.insert(args.begin(), {"git", "-C", (files_ / "origin").string(), "-c", "user.name=a", "-c",
                               "user.email=a@example.com"});
    return run_checked({.args = args}, "git", kTestsFailed);
  };
  files_.write("origin/sub/file", "first");
  git({"init", "--quiet"}), git({"add", "."}), git({"commit", "--quiet", "--message=first"});
  auto commit = git({"rev-parse", "HEAD"});
  commit.pop_back();
  files_.write("origin/sub/file", "second");
  git({"commit", "--quiet", "--all", "--message=second"});
  const auto& plan = load("testflow: [{name: a, definition: {name: one}}]").plan;
  prepare(plan, "a", "", {"file://" + (files_ / "origin").string(), commit, "sub"});
  EXPECT_EQ(read_file(files_ / "tm/repo/sub/file"), "first");

  const Place place{.root = files_ / "origin/sub", .commit = commit};
  EXPECT_EQ(repository_of(place, "https://a/b").folder, "sub");
  EXPECT_EQ(repository_of(place, "/srv/b.git").url, "") << "a path of this machine";
  EXPECT_EQ(
      repository_of({.root = files_.root(), .commit = commit, .repository = "https://c/d"}, "https://a/b")
          .url,
      "https://c/d");
}

}  // namespace
}  // namespace harness::testrun
