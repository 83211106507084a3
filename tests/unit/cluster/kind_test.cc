#include "cluster/kind.h"

#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "support/environment.h"
#include "support/errors.h"
#include "support/files.h"
#include "support/processes.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using testing::HasSubstr;

TEST(KindPortTest, OnlyThePortOfTheGatewayChanges) {
  const std::string before =
                        "# hostPort: 80 stays\nnodes:\n- role: control-plane\n  extraPortMappings:\n  - "
                        "{containerPort: 443, hostPort: 80}\n"
                        "  - containerPort: 80 # the gateway\n    hostPort: ",
                    after = " # here\n- role: worker\n";
  EXPECT_EQ(with_gateway_port(before + "80" + after, 41234), before + "41234" + after);
  EXPECT_EQ(with_gateway_port(before + "8080" + after, 80), before + "80" + after);
}

TEST(KindPortTest, TheConfigurationThatShipsHereHasOne) {
  const auto yaml = read_file(std::filesystem::path(TEST_CLUSTER_CONFIG_DIR) / "kind.yaml");
  EXPECT_THAT(with_gateway_port(yaml, 41234), HasSubstr("hostPort: 41234"));
}

TEST(KindPortTest, WhatShipsHereListensOnThisMachineAlone) {
  const YAML::Node config = YAML::LoadFile(std::string(TEST_CLUSTER_CONFIG_DIR) + "/kind.yaml");
  int ports = 0;
  for (const auto& node : config["nodes"])
    for (const auto& mapping : node["extraPortMappings"]) {
      EXPECT_EQ(mapping["listenAddress"].as<std::string>("all"), "127.0.0.1");
      ++ports;
    }
  EXPECT_EQ(ports, 1);
  EXPECT_EQ(
      (config["networking"] ? config["networking"]["apiServerAddress"].as<std::string>("") : "127.0.0.1"),
      "127.0.0.1")
      << "KIND's default";
}

TEST(KindPortTest, AConfigurationWithoutOneSaysWhatIsMissing) {
  for (const char* yaml : {"", "kind: Cluster\n", "nodes: [{role: control-plane}]\n",
                           "nodes: [{extraPortMappings: [{containerPort: 8080, hostPort: 80}]}]\n"}) {
    const auto error = error_of([&] { with_gateway_port(yaml, 80); });
    EXPECT_THAT(error.what(), HasSubstr("no node has an extraPortMappings entry with containerPort 80"))
        << yaml;
    EXPECT_EQ(error.details.exit_code, kUsage);
  }
  EXPECT_THAT(error_of([] { with_gateway_port("nodes: [\n", 80); }).what(),
              HasSubstr("cluster-config/kind.yaml: "));
  EXPECT_THAT(
      error_of([] { with_gateway_port("nodes: [{extraPortMappings: [{containerPort: 80}]}]\n", 80); }).what(),
      HasSubstr("and a hostPort"));
}

TEST(KindFingerprintTest, WhatMakesNoDifference) {
  const auto before = fingerprint("kind: Cluster\nnodes:\n- role: control-plane\n  labels: {a: b}\n");
  EXPECT_EQ(
      fingerprint("# mine\nnodes: [{labels: {\"a\": 'b'}, role: control-plane}] # here\nkind: \"Cluster\"\n"),
      before);
  for (const char* other :
       {"", "kind: Cluster\n", "kind: Cluster\nnodes: [{role: control-plane, labels: {a: c}}]\n",
        "kind: Cluster\nnodes: [{role: control-plane, labels: {a: b}}, {role: worker}]\n",
        "kind: Cluster\nnodes: {role: control-plane, labels: {a: b}}\n",
        "kind: Cluster\nnodes: [{role: control-plane, labels: {a: b}}, {}]\n"})
    EXPECT_NE(fingerprint(other), before) << other;
  EXPECT_EQ(error_of([] { fingerprint("nodes: [\n"); }).details.exit_code, kUsage);
}

/// With a fake docker and kind that print and note what the test says.
class KindTest : public testing::Test {
 protected:
  void fake(const std::string& tool, const std::string& script) const {
    tools_.write(tool, "#!/bin/sh\necho \"$*\" >> " + (tools_ / (tool + ".calls")).string() + "\n" + script,
                 0755);
  }
  std::string calls(const std::string& tool) const { return text_of(tools_ / (tool + ".calls")); }
  TempProject tools_;
  ScopedVariable path_{"PATH", tools_.root().string() + ":/usr/bin:/bin"};
};

TEST_F(KindTest, NodesAreReadFromDocker) {
  fake("docker",
       "echo 'x-control-plane running control-plane Up 5 seconds 127.0.0.1:8080->80/tcp, "
       "127.0.0.1:40001->6443/tcp'; echo 'x-control-plane2 running control-plane Up 2 hours "
       "127.0.0.1:8081->8080/tcp'\n"
       "echo 'x-external-load-balancer running external-load-balancer Up 1 hour 127.0.0.1:40002->6443/tcp'; "
       "echo 'x-worker exited worker Exited (137) 2 days ago'");
  const auto found = nodes("x");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].name + " " + found[0].state + " " + found[0].role,
            "x-control-plane running control-plane");
  EXPECT_EQ(found[2].name + " " + found[2].state + " " + found[2].role, "x-worker exited worker");
  EXPECT_TRUE(found[0].has_gateway_port && found[0].is_new_start);
  EXPECT_FALSE(found[1].has_gateway_port || found[1].is_new_start);
  EXPECT_EQ(containers("x").size(), 4u)
      << "with the load balancer, which is started and deleted with the rest";
  EXPECT_THAT(calls("docker"), HasSubstr("--filter label=io.x-k8s.kind.cluster=x "));
  fake("docker", "echo 'no engine' >&2; exit 1");
  EXPECT_EQ(error_of([] { nodes("x"); }).details.exit_code, kCluster) << "not the same as no nodes";
}

TEST_F(KindTest, CreateGivesTheConfigurationAndShowsTheLines) {
  fake("kind", "cat > " + (tools_ / "config").string() + "; pwd > " + (tools_ / "folder").string() +
                   "; echo ' * Preparing nodes' >&2");
  Project project;
  const TempProject files;
  project.root = files.root();
  const Instance instance(project, "default");
  std::string seen;
  create_cluster(instance, "kind: Cluster\n", {}, [&](std::string_view text) { seen += text; }, {});
  EXPECT_EQ(text_of(tools_ / "config"), "kind: Cluster\n");
  EXPECT_EQ(seen, " * Preparing nodes\n");
  EXPECT_EQ(text_of(tools_ / "folder"), files.root().string() + "\n") << "hostPath: ./data is the project's";
  EXPECT_EQ(calls("kind"), "create cluster --name " + instance.cluster() + " --config - --kubeconfig " +
                               instance.kubeconfig().string() + "\n");
}

TEST_F(KindTest, DeleteEndsWhenTheNodesAreGone) {
  // The engine still creates the node, and the first two deletions have no effect.
  fake("docker",
       "[ $(wc -l < " + (tools_ / "kind.calls").string() + ") -gt 2 ] || echo 'x-control-plane created'");
  fake("kind", "");
  delete_cluster("x", {});
  const auto called = calls("kind");
  EXPECT_EQ(std::count(called.begin(), called.end(), '\n'), 3);
}

TEST_F(KindTest, DeleteNeverTouchesTheUsersKubeconfig) {
  fake("kind", "");
  fake("docker", "");
  delete_cluster("x", {});
  EXPECT_THAT(calls("kind"), testing::MatchesRegex("delete cluster --name x --kubeconfig /.*/none\n"));
}

}  // namespace
}  // namespace harness
