// What is kept is for its user alone, and no secret is in what is shown, logged or kept.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "driver/driver.h"
#include "driver/fake_cluster.h"
#include "driver/sample_tree.h"
#include "image/memory_registry.h"

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

const std::string kCanary = "c4n4ry-0f-4-s3cr3t";

class ScopedUmask {
 public:
  explicit ScopedUmask(mode_t mask) : before_(umask(mask)) {}
  ~ScopedUmask() { umask(before_); }
  ScopedUmask(const ScopedUmask&) = delete;
  ScopedUmask& operator=(const ScopedUmask&) = delete;

 private:
  const mode_t before_;
};

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

class DriverPrivateTest : public DriverTest {
 protected:
  DriverPrivateTest() {
    env_["FAKE_API"] = (folder_ / "api").string();
    env_["FAKE_API_HOST"] = cluster_.host();
    registry_.store_manifest("harness/gateway", "0123456789abcdef0123456789abcdef", R"({"layers": []})");
    // A test that fails, so that all there is to know is kept.
    auto yaml = tree_.read("components.yaml");
    yaml.replace(yaml.find("tests:"), std::string::npos,
                 "tests: [{name: TestOne, command: 'echo x > $HARNESS_ARTIFACTS/kept; exit 1'}]\n");
    tree_.write("components.yaml", yaml);
  }
  void write_testrun(const std::string& command, const std::string& spec = {}) const {
    project_.write("tests/testdefs/one.yaml",
                   "kind: TestDefinition\nmetadata: {name: one}\nspec: {owner: o@example.com, command: [sh, "
                   "-c, \"" +
                       command + "\"]}\n");
    project_.write(
        "t.yaml",
        "apiVersion: testmachinery.sapcloud.io/v1beta1\nkind: Testrun\nmetadata: {name: t}\nspec:\n  " +
            spec + "testflow: [{name: a, definition: {name: one}}]\n");
  }
  /// Of all below `folder` that is no link.
  std::map<std::string, mode_t> modes(const std::string& folder) const {
    std::map<std::string, mode_t> all{{folder, mode_of(project_ / folder)}};
    for (const auto& entry : fs::recursive_directory_iterator(project_ / folder))
      if (!entry.is_symlink())
        all[entry.path().lexically_relative(project_.root()).string()] = mode_of(entry);
    return all;
  }
  /// The files below `folder` in whose name or content the canary is.
  std::vector<std::string> leaks(const fs::path& folder) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.path().filename().string().find(kCanary) != std::string::npos ||
          (entry.is_regular_file() && harness::read_file(entry).find(kCanary) != std::string::npos))
        found.push_back(entry.path().string());
    return found;
  }

  const TempProject folder_;
  MemoryRegistry registry_;
  const SampleTree tree_{project_, registry_.host()};
  FakeCluster cluster_{(folder_ / "api").string()};
};

TEST_F(DriverPrivateTest, WhatIsKeptIsForTheUserAloneWhateverTheUmask) {
  const ScopedUmask all_may(0);
  fs::permissions(project_.root(), fs::perms(0755));
  fs::create_directories(project_ / ".harness/default/artifacts");  // of an older run
  EXPECT_EQ(run({"-run=TestOne"}).code, 1);
  write_testrun("echo x > $TM_EXPORT_PATH/kept; umask 0; mkdir $TM_EXPORT_PATH/d");
  EXPECT_EQ(run({"testrun", "t.yaml"}).code, 0);
  const auto kept = modes(".harness");
  for (const auto& [path, mode] : kept) EXPECT_EQ(mode & 077, 0u) << path;
  EXPECT_TRUE(kept.contains(".harness/default/artifacts/tests/TestOne.log.d/kept"));
  EXPECT_TRUE(kept.contains(".harness/default/kubeconfig"));
  EXPECT_GT(kept.size(), 25u);
}

TEST_F(DriverPrivateTest, ItIsSoAlreadyWhileTestsRun) {
  auto yaml = tree_.read("components.yaml");
  yaml.replace(
      yaml.find("tests:"), std::string::npos,
      "tests: [{name: TestOne, command: 'stat -c %a .harness .harness/default > modes; find .harness "
      "-name \"*.json\" -printf %m >> modes'}]\n");
  tree_.write("components.yaml", yaml);
  fs::permissions(project_.root(), fs::perms(0755));
  EXPECT_EQ(run({"-run=TestOne"}).code, 0);
  EXPECT_THAT(file("modes"), testing::MatchesRegex("700\n700\n(600)+"));
}

TEST_F(DriverPrivateTest, ArtifactsThatTheUserNamesFollowTheUmask) {
  const ScopedUmask group_may_read(027);
  fs::permissions(project_.root(), fs::perms(0755));
  EXPECT_EQ(run({"-run=TestOne", "-artifacts=named"}).code, 1);
  write_testrun("echo x > $TM_EXPORT_PATH/kept; chmod 600 $TM_EXPORT_PATH/kept");
  EXPECT_EQ(run({"testrun", "t.yaml", "-artifacts=runs"}).code, 0);
  for (const std::string folder : {"named", "runs"})
    for (const auto& [path, mode] : modes(folder)) {
      if (path.ends_with(".d") || path.find(".d/") != std::string::npos || path.ends_with("/kept"))
        continue;  // made by tests and steps, as private as they want it
      EXPECT_EQ(mode, fs::is_directory(project_ / path) ? 0750u : 0640u) << path;
    }
  EXPECT_TRUE(fs::exists(project_ / "named/tests/TestOne.log") &&
              fs::exists(project_ / "runs/build-log.txt"));
}

TEST_F(DriverPrivateTest, NoSecretIsShownLoggedOrKept) {
  env_["DEPLOY_TOKEN"] = kCanary;
  env_["HTTPS_PROXY"] = "http://me:" + kCanary + "@127.0.0.1:9";
  env_["HARNESS_ES_URL"] = "http://me:" + kCanary + "@127.0.0.1:9/es";
  // git on PATH says how it was called; nobody answers at the location's address.
  project_.write("bin/git", "#!/bin/sh\necho \"git $*\" >> \"$FAKE_LOG\"\nexec /usr/bin/git \"$@\"\n", 0755);
  env_["PATH"] = (project_ / "bin").string() + ":" + env_["PATH"];
  auto manifest = tree_.read("manifests/two.yaml");
  const auto container = manifest.find("{name: a, ");
  ASSERT_NE(container, std::string::npos);
  manifest.insert(container + 10, "env: [{name: DB_PASSWORD, value: " + kCanary + "}], ");
  tree_.write("manifests/two.yaml", manifest);

  auto end = run({"-run=TestOne", "-save-logs=logs", "-artifacts=named", "-verbose"});
  EXPECT_EQ(end.code, 1);
  std::string said = end.out + end.err;
  project_.write(".harness/default/kubeconfig", "{}\n# token: " + kCanary + "\n");
  write_testrun("test \\\"$TOKEN\\\" = " + kCanary + " && test -z \\\"$HARNESS_ES_URL\\\"",
                "config: [{type: env, name: TOKEN, value: '${token}'}]\n  ");
  for (const char* flag : {"-dry-run", "-attempts=1"}) {
    const std::vector<std::string> all{"testrun", "t.yaml",           flag,
                                       "-set",    "token=" + kCanary, "-artifacts=runs"};
    end = run(all);
    EXPECT_EQ(end.code, 0) << end.out << end.err;
    said += end.out + end.err;
  }
  EXPECT_THAT(said, HasSubstr("sent      0 of 2 documents"))
      << "a step does not get its address, the run does";
  write_testrun("true", "testLocations: [{type: git, repo: 'http://me:" + kCanary +
                            "@127.0.0.1:9/r.git', revision: main}]\n  ");
  for (const std::vector<std::string>& args : {std::vector<std::string>{"testrun", "t.yaml"},
                                               {"testrun", "t.yaml", "-es-url=https://me:" + kCanary + "@h"},
                                               {"doctor"},
                                               {"doctor", "-json"},
                                               {"-teardown"}}) {
    end = run(args);
    said += end.out + end.err;
  }
  EXPECT_THAT(said, HasSubstr("cannot fetch http://127.0.0.1:9/r.git"));
  EXPECT_THAT(said, Not(HasSubstr(kCanary)));
  EXPECT_THAT(calls(), HasSubstr("http://127.0.0.1:9/r.git"));
  EXPECT_THAT(calls(), Not(HasSubstr(kCanary)));
  for (const char* folder : {".harness", "named", "logs", "runs"})
    EXPECT_THAT(leaks(project_ / folder), IsEmpty()) << folder;
  bool any_pod = false;
  for (const auto& entry : fs::recursive_directory_iterator(project_ / "logs"))
    any_pod = any_pod || (entry.path().filename() == "pod.json" &&
                          harness::read_file(entry).find("DB_PASSWORD") != std::string::npos);
  EXPECT_TRUE(any_pod) << "the variable's name is kept";
}

TEST_F(DriverPrivateTest, TheNextRunIsToldOfTheHolderWithoutItsSecrets) {
  write_testrun("true");
  auto yaml = tree_.read("components.yaml");
  yaml.replace(yaml.find("tests:"), std::string::npos,
               "tests: [{name: TestOne, command: 'cat .harness/default/lock > held'}]\n");
  tree_.write("components.yaml", yaml);
  const auto end = run({"-run=TestOne|http://me:" + kCanary + "@host"});
  EXPECT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(file("held"), HasSubstr("http://***@host"));
  EXPECT_THAT(leaks(project_ / ".harness"), IsEmpty());
}

}  // namespace
