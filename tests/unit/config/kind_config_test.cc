// config/kind_config.cc: KIND's configuration as a project changes it.
#include "config/kind_config.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "support/errors.h"
#include "support/files.h"
#include "unit_tests_paths.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::json;

class KindConfigTest : public testing::Test {
 protected:
  KindConfigTest() { project_.write("m.yaml", ""); }
  /// Of a project with this kind.yaml; null: it has none.
  Json config(const char* kind_yaml, const std::string& components = "registry: localhost:5001\n") {
    if (kind_yaml) project_.write("cluster-config/kind.yaml", kind_yaml);
    const auto project = load_project(project_.write("components.yaml", components));
    return Json::parse(project_kind_config(project, ours_));
  }
  std::string problems(const char* kind_yaml, const std::string& components = "registry: localhost:5001\n") {
    return error_of([&] { config(kind_yaml, components); }).what();
  }
  const std::string ours_ = read_file(std::filesystem::path(TEST_CLUSTER_CONFIG_DIR) / "kind.yaml");
  TempProject project_;
};

TEST_F(KindConfigTest, WithoutAFileItIsOurs) {
  const auto plain = config(nullptr);
  EXPECT_EQ(plain["nodes"][0]["extraPortMappings"][0]["containerPort"], 80);
  EXPECT_EQ(plain["kubeadmConfigPatches"].size(), 3u);
  EXPECT_EQ(config(""), plain);
  EXPECT_EQ(config("# nothing yet\n"), plain);
  EXPECT_EQ(config(ours_.c_str()), plain) << "a copy of ours changes nothing";
}

TEST_F(KindConfigTest, AFileIsAPatch) {
  const auto plain = config(nullptr);
  const auto changed = config(
      "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: mine\nfeatureGates: {A: true}\n"
      "networking: {podSubnet: 10.10.0.0/16}\nkubeadmConfigPatches: ['kind: X']\n"
      "nodes: [{role: control-plane, labels: {a: '1'}}, {role: worker, image: 'other:1'}]\n");
  EXPECT_EQ(changed["featureGates"], Json({{"A", true}}));
  EXPECT_EQ(changed["networking"]["podSubnet"], "10.10.0.0/16");
  EXPECT_EQ(changed["kubeadmConfigPatches"].size(), 4u);
  EXPECT_EQ(changed["kubeadmConfigPatches"][3], "kind: X") << "after ours, so that it wins";
  EXPECT_EQ(changed["containerdConfigPatches"], plain["containerdConfigPatches"]);
  EXPECT_EQ(changed["nodes"][0]["image"], plain["nodes"][0]["image"]);
  EXPECT_EQ(changed["nodes"][0]["labels"]["a"], "1");
  EXPECT_EQ(changed["nodes"][0]["extraPortMappings"], plain["nodes"][0]["extraPortMappings"]);
  EXPECT_EQ(changed["nodes"][1]["image"], "other:1");
  EXPECT_FALSE(changed["nodes"][1].contains("extraPortMappings"));
}

TEST_F(KindConfigTest, ANodeThatHasTheGatewaysPortKeepsIt) {
  const auto changed = config(
      "nodes:\n- role: control-plane\n  extraPortMappings: [{containerPort: 30000, hostPort: 30000}]\n"
      "- role: worker\n  extraPortMappings: [{containerPort: 80, hostPort: 8080}]\n");
  EXPECT_EQ(changed["nodes"][0]["extraPortMappings"].size(), 1u);
  const auto added =
      config("nodes: [{extraPortMappings: [{containerPort: 30000, hostPort: 30000}]}]\n")["nodes"][0];
  EXPECT_EQ(added["extraPortMappings"].size(), 2u);
}

TEST_F(KindConfigTest, ReplaceTakesItAsItIs) {
  const auto changed = config("replace: true\nkind: Cluster\nnodes: [{role: control-plane}]\n");
  EXPECT_EQ(changed, Json::parse(R"({"kind": "Cluster", "nodes": [{"role": "control-plane"}]})"));
  EXPECT_EQ(config("replace: false\n"), config(""));
}

TEST_F(KindConfigTest, NodesControlPlanesAndZones) {
  const auto three = config(nullptr, "nodes: 3\nzones: [a, b]\n")["nodes"];
  ASSERT_EQ(three.size(), 3u);
  EXPECT_EQ(three[0]["role"], "control-plane");
  EXPECT_EQ(three[1]["role"], "worker");
  EXPECT_EQ(three[2]["labels"]["topology.kubernetes.io/zone"], "a");
  EXPECT_EQ(three[1]["labels"]["topology.kubernetes.io/zone"], "b");
  EXPECT_EQ(three[2]["image"], three[0]["image"]);
  EXPECT_TRUE(three[0].contains("extraPortMappings") && !three[1].contains("extraPortMappings"));
  const auto planes = config(nullptr, "control-planes: 3\n")["nodes"];
  ASSERT_EQ(planes.size(), 3u);
  EXPECT_EQ(planes[2]["role"], "control-plane");
  EXPECT_THAT(problems("nodes: [{role: control-plane}]\n", "nodes: 3\n"),
              HasSubstr("cluster-config/kind.yaml:1:8: nodes: components.yaml also has nodes:, "
                        "control-planes: or zones:; keep one of them"));
  EXPECT_EQ(config("featureGates: {A: true}\n", "nodes: 2\n")["nodes"].size(), 2u);
}

TEST_F(KindConfigTest, PortsOfThisMachineAreMappedWhereTheGatewayIs) {
  const std::string components =
      "components: {b: {manifest: m.yaml, ports: [5432]}, a: {manifest: m.yaml, ports: [{port: 53, protocol: "
      "UDP}]}}\n";
  const auto mappings = config(nullptr, components)["nodes"][0]["extraPortMappings"];
  ASSERT_EQ(mappings.size(), 3u);
  EXPECT_EQ(
      mappings[1],
      Json({{"containerPort", 53}, {"hostPort", 53}, {"listenAddress", "127.0.0.1"}, {"protocol", "UDP"}}));
  EXPECT_EQ(mappings[2]["hostPort"], 5432) << "by number: the order of components makes no other cluster";
}

TEST_F(KindConfigTest, WhatIsWrongHasItsLine) {
  EXPECT_THAT(
      problems(
          "kind: Clster\nnods: []\nnodes:\n- {role: master, extraPortMappings: [{hostPort: x}, 3], lables: "
          "{}}\n- just text\nnetworking: []\ncontainerdConfigPatches: text\nreplace: maybe\n"),
      AllOf(HasSubstr("cluster-config/kind.yaml:1:7: cluster-config/kind.yaml: \"kind\" must be Cluster"),
            HasSubstr(":2:1: cluster-config/kind.yaml: unknown key \"nods\" (did you mean \"nodes\"?)"),
            HasSubstr(":4:10: a node: \"role\" must be control-plane or worker"),
            HasSubstr("a port mapping: \"containerPort\" is missing"),
            HasSubstr("\"hostPort\" must be a whole number"),
            HasSubstr("unknown key \"lables\" (did you mean \"labels\"?)"),
            HasSubstr(":5:3: a node must be a mapping"),
            HasSubstr(":6:13: cluster-config/kind.yaml: \"networking\""), HasSubstr(":7:26:"),
            HasSubstr("\"replace\" must be true or false")));
  EXPECT_THAT(
      problems("nodes: [{role: worker}]\n"),
      HasSubstr("cluster-config/kind.yaml:1:8: cluster-config/kind.yaml: none of the nodes is a control "
                "plane"));
  EXPECT_THAT(problems("nodes: [\n"), HasSubstr("cluster-config/kind.yaml:"));
  EXPECT_THAT(problems("- a\n"), HasSubstr("must be a mapping"));
}

}  // namespace
}  // namespace harness
