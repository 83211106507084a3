#include <fmt/format.h>
#include <gmock/gmock.h>

#include <optional>

#include "framework/environment.h"
#include "framework/fakegitserver.h"
#include "framework/git.h"
#include "framework/pod.h"
#include "framework/temp_dir.h"
#include "framework/wait.h"

namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// fakegitserver as a pod sees it.
const std::string kRepos = "http://" + test::component_host("fakegitserver") + "/repo/";

/// A base of one file, three pull requests of one file each, a fourth that conflicts with the first.
constexpr const char* kPulls = R"(
    echo base > base; echo base > shared; git add .; git commit -qm base
    pull() { git checkout -q -b pull$1 master; echo $1 > $2; git add $2; git commit -qm "pull $1"; git update-ref refs/pull/$1/head HEAD; }
    pull 1 one; pull 2 two; pull 3 three
    git checkout -q pull1; echo 1 > shared; git commit -qam "pull 1, shared"; git update-ref refs/pull/1/head HEAD
    pull 4 shared
    git checkout -q master; git branch -qD pull1 pull2 pull3 pull4)";

/// What git says of /src, a line each.
constexpr const char* kInspect = R"(
    cd /src
    echo "HEAD=$(git rev-parse HEAD) branch=$(git symbolic-ref --short HEAD) commits=$(git rev-list --count HEAD)."
    git log --first-parent --format='log=%s.'
    git ls-files --recurse-submodules | while read -r file; do echo "$file=$(cat "$file")."; done
    git status --porcelain | sed 's/^/dirty=/')";

/// Runs the clonerefs image in a pod, then git on what it made.
class TestClonerefs : public testing::Test {
 protected:
  std::string pull(int number) {
    return fmt::format("{}:{}", number,
                       test::remote_ref(test::repo_url(name), fmt::format("refs/pull/{}/head", number)));
  }

  /// Gives back the pod's phase at its end.
  std::string run(std::vector<std::string> more = {}) {
    std::vector<std::string> args = {"-repo", kRepos + name, "-base-ref", "master", "-dir", "/src"};
    args.insert(args.end(), more.begin(), more.end());
    const json mounts = json::array({{{"name", "src"}, {"mountPath", "/src"}}});
    const json cloning = {
        {"name", "clonerefs"}, {"image", test::image("clonerefs")}, {"args", args}, {"volumeMounts", mounts}};
    const json inspecting = {{"name", "git"},
                             {"image", test::image("debian-git")},
                             {"command", {"sh", "-euc", kInspect}},
                             {"volumeMounts", mounts}};
    pod_.emplace(name, json{{"volumes", json::array({{{"name", "src"}, {"emptyDir", json::object()}}})},
                            {"initContainers", json::array({cloning})},
                            {"containers", json::array({inspecting})}});
    return test::wait_until_pod_ended(pod_->ref());
  }
  /// What clonerefs printed.
  std::string output() const { return test::logs(pod_->ref(), "clonerefs"); }
  /// What git says of the result.
  std::string result() const { return test::logs(pod_->ref(), "git"); }

  const std::string name = test::unique_name();

 private:
  std::optional<test::Pod> pod_;
};

TEST_F(TestClonerefs, BaseOnly) {
  test::setup_repo(name, kPulls);
  const auto base = test::remote_ref(test::repo_url(name), "refs/heads/master");
  ASSERT_EQ(run(), "Succeeded") << output();
  EXPECT_THAT(result(), AllOf(HasSubstr("HEAD=" + base + " branch=master commits=1."),
                              HasSubstr("base=base."), Not(HasSubstr("one=")), Not(HasSubstr("dirty"))));
  EXPECT_THAT(output(), AllOf(HasSubstr("cloned " + kRepos + name), HasSubstr("base master at " + base),
                              HasSubstr("HEAD is " + base)));
}

TEST_F(TestClonerefs, OnePullRequest) {
  test::setup_repo(name, kPulls);
  const auto base = test::remote_ref(test::repo_url(name), "refs/heads/master");
  ASSERT_EQ(run({"-base-sha", base, "-pull", pull(2)}), "Succeeded") << output();
  EXPECT_THAT(result(), AllOf(HasSubstr("commits=3."), HasSubstr("log=Merge pull request #2.\nlog=base.\n"),
                              HasSubstr("two=2."), Not(HasSubstr("one=")), Not(HasSubstr("dirty"))));
}

TEST_F(TestClonerefs, ThreePullRequests) {
  test::setup_repo(name, kPulls);
  ASSERT_EQ(run({"-pull", pull(3), "-pull", pull(1), "-pull", pull(2)}), "Succeeded") << output();
  EXPECT_THAT(result(), AllOf(HasSubstr("log=Merge pull request #2.\nlog=Merge pull request #1.\nlog=Merge "
                                        "pull request #3.\nlog=base.\n"),
                              HasSubstr("one=1."), HasSubstr("two=2."), HasSubstr("three=3."),
                              HasSubstr("shared=1."), Not(HasSubstr("dirty"))));
}

/// A pull request's commit that is on no ref any more: the server gives it by id.
TEST_F(TestClonerefs, PullRequestThatWasForcePushed) {
  test::setup_repo(name, std::string(kPulls) + "; git update-ref refs/pull/2/head refs/pull/3/head");
  const test::TempDir same;  // commit ids are the same everywhere
  test::make_repo(same.path(), kPulls);
  const auto old = test::git(same.path(), {"rev-parse", "refs/pull/2/head"});
  ASSERT_EQ(run({"-pull", "2:" + old}), "Succeeded") << output();
  EXPECT_THAT(result(), HasSubstr("two=2."));
}

TEST_F(TestClonerefs, Submodule) {
  test::setup_repo(name + "-lib", "echo lib > lib.txt; git add .; git commit -qm lib");
  const auto lib = test::remote_ref(test::repo_url(name + "-lib"), "HEAD");
  const auto add = [&](const std::string& path, const std::string& url) {
    return fmt::format(
        "git config -f .gitmodules submodule.{0}.path {0}; git config -f .gitmodules submodule.{0}.url {1}; "
        "git add .gitmodules; git update-index --add --cacheinfo 160000,{2},{0}; ",
        path, url, lib);
  };
  test::setup_repo(name, add("absolute", kRepos + name + "-lib") + add("relative", "../" + name + "-lib") +
                             "git commit -qm super");
  ASSERT_EQ(run(), "Succeeded") << output();
  EXPECT_THAT(result(), AllOf(HasSubstr("absolute/lib.txt=lib."), HasSubstr("relative/lib.txt=lib."),
                              Not(HasSubstr("dirty"))));
  EXPECT_THAT(output(),
              AllOf(HasSubstr(fmt::format("submodule absolute from {}{}-lib at {}", kRepos, name, lib)),
                    HasSubstr(fmt::format("submodule relative from {}{}-lib at {}", kRepos, name, lib))));
}

TEST_F(TestClonerefs, SubmoduleFromTheMachineItselfIsRefused) {
  test::setup_repo(name,
                   "git config -f .gitmodules submodule.x.path x; git config -f .gitmodules submodule.x.url "
                   "/src; git add .; git update-index --add --cacheinfo 160000," +
                       std::string(40, '1') + ",x; git commit -qm super");
  EXPECT_EQ(run(), "Failed");
  EXPECT_THAT(output(), HasSubstr("error: submodule x of " + kRepos + name + " wants a local path, /src"));
}

TEST_F(TestClonerefs, Conflict) {
  test::setup_repo(name, kPulls);
  EXPECT_EQ(run({"-pull", pull(1), "-pull", pull(4)}), "Failed");
  EXPECT_THAT(output(), AllOf(HasSubstr("merged pull request 1 "), HasSubstr("error: pull request 4 ("),
                              HasSubstr("in:\n  shared\n"), HasSubstr("next: rebase")));
}

TEST_F(TestClonerefs, UnknownCommit) {
  test::setup_repo(name, kPulls);
  const std::string unknown(40, '1');
  EXPECT_EQ(run({"-pull", "1:" + unknown}), "Failed");
  EXPECT_THAT(output(),
              HasSubstr(fmt::format("error: {}{} has no commit {} (pull request 1)", kRepos, name, unknown)));
}

}  // namespace
