// Which faults a cluster outlives: all that are not its own death, and what the user did not ask for.
#include <gmock/gmock.h>

#include <filesystem>

#include "base/files.h"
#include "driver/with_cluster.h"
#include "support/kubeconfig.h"
#include "support/processes.h"
#include "unit_tests_paths.h"

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

namespace {

class DriverLifecycleTest : public DriverWithClusterTest {
 protected:
  DriverLifecycleTest() {
    expect_success({"-run=TestOne"});
    fs::remove(scratch_ / "calls");
  }
  void expect_kept() const {
    EXPECT_THAT(calls(), Not(HasSubstr("kind delete")));
    EXPECT_THAT(calls(), Not(HasSubstr("kind create")));
    EXPECT_NE(text_of(scratch_ / "calls.nodes"), "");
  }
  void expect_made_anew(const DriverEnd& end, const std::string& said) const {
    EXPECT_EQ(end.code, 0) << end.out << end.err;
    EXPECT_THAT(end.err, HasSubstr(said));
    const auto all = calls();
    EXPECT_LT(all.find("kind delete"), all.find("kind create")) << all;
  }
  /// What only kubectl can do.
  void log_in_by_program() const {
    project_.write(".harness/default/kubeconfig", kubeconfig_of({{"server", "http://" + cluster_.host()}},
                                                                {{"exec", {{"command", "login"}}}}));
  }
  void stop_node() { scratch_.write("calls.nodes", "node exited\n"); }
};

TEST_F(DriverLifecycleTest, AStateThatCannotBeReadOrIsGone) {
  const auto file = project_ / ".harness/default/instance.json";
  for (const std::string text : {"", "{", "{}", "[]", "{\"version\": 99}"}) {
    project_.write(".harness/default/instance.json", text);
    const auto end = expect_success({"-run=TestOne"});
    EXPECT_THAT(end.err, HasSubstr("the cluster is used as it is")) << text;
    expect_kept();
    EXPECT_THAT(text_of(file), HasSubstr("\"url\": \"http://localhost:8123\"")) << text;
    EXPECT_THAT(text_of(file),
                HasSubstr("\"hermetic\": " +
                          std::string(text_of(scratch_ / "calls.record").find("\"hermetic\":true") ==
                                              std::string::npos
                                          ? "false"
                                          : "true")));
  }
  fs::remove(file);
  expect_success({"-run=TestOne"});
  fs::remove(project_ / ".harness/default/kubeconfig");
  expect_success({"-run=TestOne"});
  fs::remove_all(project_ / ".harness");
  expect_success({"-run=TestOne"});
  expect_kept();
}

TEST_F(DriverLifecycleTest, AStateThatIsGoneOfANodeThatIsStopped) {
  fs::remove(project_ / ".harness/default/instance.json");
  stop_node();
  expect_success({"-run=TestOne"});
  EXPECT_THAT(calls(), HasSubstr("docker start node"));
  expect_kept();
}

TEST_F(DriverLifecycleTest, AToolThatIsMissing) {
  project_.write("bin/kind", "#!/bin/sh\n", 0755);
  project_.write("bin/docker",
                 "#!/bin/sh\nexec " + std::string(TEST_SOURCE_DIR) + "/fake_tools/docker \"$@\"\n", 0755);
  env_["PATH"] = (project_ / "bin").string();
  const auto end = run({"-run=TestOne"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("kubectl is not on PATH"));
  expect_kept();
}

TEST_F(DriverLifecycleTest, AProxyThatDies) {
  log_in_by_program();
  env_["FAKE_KUBECTL"] = "fail";
  for (const std::string inside : {"free 90000000\\nlistens", "free 100\\nsilent", "free 90000000", ""}) {
    env_["FAKE_INSIDE"] = inside;
    const auto end = run({"-run=TestOne"});
    EXPECT_EQ(end.code, 3) << end.err;
    EXPECT_THAT(end.err, HasSubstr("hint: cluster " + cluster() + " stays as it is: ")) << inside;
    expect_kept();
  }
  env_["FAKE_KUBECTL"] = "";
  expect_success({"-run=TestOne"});
}

TEST_F(DriverLifecycleTest, ACertificateThatIsNotAcceptedKeepsTheCluster) {
  log_in_by_program();
  project_.write("bin/kubectl",
                 "#!/bin/sh\nexec python3 " +
                     project_
                         .write("proxy.py", R"(import http.server, socketserver, sys
class Refusing(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500)
        self.end_headers()
        self.wfile.write(b"tls: failed to verify certificate: x509: unknown authority")
    def address_string(self): return "x"
socketserver.UnixStreamServer(sys.argv[5], Refusing).serve_forever()
)")
                         .string() +
                     " \"$@\"\n",
                 0755);
  env_["PATH"] = (project_ / "bin").string() + ":" + env_["PATH"];
  env_["FAKE_INSIDE"] = "free 90000000\\nsilent";  // or it would be taken for dead
  const auto end = run({"-run=TestOne"});
  EXPECT_EQ(end.code, 3) << end.err;
  EXPECT_THAT(end.err, HasSubstr("error: TLS with the cluster's API fails: "));
  EXPECT_THAT(end.err, HasSubstr("hint: compare certificate-authority"));
  expect_kept();
}

TEST_F(DriverLifecycleTest, AKubeconfigThatIsNone) {
  const auto file = project_ / ".harness/default/kubeconfig";
  project_.write(".harness/default/kubeconfig", "{}");
  const auto end = run({"-run=TestOne"});
  EXPECT_EQ(end.code, 3) << end.err;
  EXPECT_THAT(end.err, HasSubstr("error: " + file.string() + ": the file has no current-context\n  hint: "));
  EXPECT_THAT(end.err, HasSubstr("an instance's own may be deleted"));
  fs::remove(file);
  expect_success({"-run=TestOne"});
  expect_kept();
}

TEST_F(DriverLifecycleTest, AClusterThatIsDead) {
  log_in_by_program();
  env_["FAKE_KUBECTL"] = "fail";
  env_["FAKE_INSIDE"] = "free 90000000\\nsilent";
  const auto only_to_work_on = run({"-build=app"});
  EXPECT_EQ(only_to_work_on.code, 3);
  expect_kept();
  const auto end = run({"-run=TestOne"});
  EXPECT_THAT(end.err, HasSubstr("the cluster is recreated"));
  EXPECT_THAT(calls(), HasSubstr("kind delete"));
  EXPECT_THAT(calls(), HasSubstr("kind create"));
}

TEST_F(DriverLifecycleTest, ANodeThatDoesNotStart) {
  stop_node();
  env_["FAKE_DOCKER_START"] = "fail";
  const auto end = run({"-run=TestOne"});
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(end.err, HasSubstr("error: cannot start node node: docker exited with 1"));
  EXPECT_THAT(end.err, HasSubstr("hint: another program has port 80"));
  expect_kept();
}

TEST_F(DriverLifecycleTest, AFolderForTemporaryFilesThatIsLong) {
  auto folder = scratch_ / "long";
  while (folder.string().size() < 200) folder /= std::string(30, 'y') + " ü";
  fs::create_directories(folder);
  env_["TMPDIR"] = folder.string();
  expect_success({"-run=TestOne"});
  expect_kept();
  EXPECT_TRUE(fs::is_empty(folder));
}

TEST_F(DriverLifecycleTest, AFolderForTemporaryFilesThatIsNone) {
  project_.write("file", "");
  for (const std::string given : {"/nowhere/at/all", "file", "/proc"}) {
    env_["TMPDIR"] = given;
    const auto end = run({"-run=TestOne"});
    EXPECT_EQ(end.code, 2) << end.err;
    EXPECT_THAT(end.err, HasSubstr("error: TMPDIR is " + given + ", where nothing can be written: "));
    EXPECT_EQ(calls(), "");
  }
  fs::create_directories(project_ / "relative");
  for (const std::string given : {"relative", ""}) {
    env_["TMPDIR"] = given;
    expect_success({"-run=TestOne"});
  }
  expect_kept();
}

TEST_F(DriverLifecycleTest, AnotherConfigurationIsSaidFirst) {
  const auto with = [&](const std::string& more) {
    project_.write("cluster-config/kind.yaml",
                   harness::read_file(fs::path(TEST_CLUSTER_CONFIG_DIR) / "kind.yaml") + more);
  };
  with("# a comment\n");
  expect_success({"-run=TestOne"});
  expect_kept();
  with("featureGates: {A: true}\n");
  const auto refused = run({"-build=app"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("error: cluster-config/kind.yaml, nodes:, zones: or ports: have changed "
                                     "since the cluster was made\n  hint: "));
  expect_kept();
  expect_made_anew(
      run({"-run=TestOne"}),
      "cluster-config/kind.yaml, nodes:, zones: or ports: have changed since the cluster was made: "
      "the cluster is deleted and recreated\n");
  with("featureGates: {A: false}\n");
  EXPECT_THAT(
      run({"-no-setup", "-run=TestOne"}).err,
      HasSubstr(
          "cluster-config/kind.yaml, nodes:, zones: or ports: have changed since the cluster was made"));
}

TEST_F(DriverLifecycleTest, AnotherConfigurationIsNoticedWithoutStateToo) {
  fs::remove(project_ / ".harness/default/instance.json");
  project_.write(
      "cluster-config/kind.yaml",
      harness::read_file(fs::path(TEST_CLUSTER_CONFIG_DIR) / "kind.yaml") + "featureGates: {A: true}\n");
  expect_made_anew(run({"-run=TestOne"}), "cluster-config/kind.yaml, nodes:, zones: or ports: have");
}

TEST_F(DriverLifecycleTest, ANodeThatWasRemoved) {
  fs::remove(scratch_ / "calls.nodes");
  expect_success({"-run=TestOne"});
  EXPECT_THAT(calls(), Not(HasSubstr("kind delete")));
}

TEST_F(DriverLifecycleTest, WhatAKilledMakerLeft) {
  fs::remove(project_ / ".harness/default/instance.json");
  project_.write(".harness/default/making", "");
  const auto refused = run({"-build=app"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("half made"));
  expect_made_anew(run({"-run=TestOne"}), "removing a cluster that was left half made\n");
  EXPECT_FALSE(fs::exists(project_ / ".harness/default/making"));
}

}  // namespace
