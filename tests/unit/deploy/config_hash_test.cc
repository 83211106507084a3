// deploy/config_hash.cc: an annotation in a manifest that was written by hand.
#include "deploy/config_hash.h"

#include <gmock/gmock.h>

#include "base/error.h"

using namespace harness;

namespace {

constexpr const char* kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: \"1\"}\n";

constexpr const char* kDeployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n";

std::vector<Object> with(const std::string& pod_template, const std::string& config = kConfigMap) {
  auto objects = read_manifest({"web.yaml", config + "---\n" + kDeployment + pod_template});
  add_config_hashes(objects, config_hashes(objects));
  return objects;
}

std::string annotation(const Object& object) {
  return object.body.value(nlohmann::json::json_pointer("/spec/template/metadata/annotations/deploy.harness~1config"), "");
}

/// A pod template in different hands, each with a reference to the ConfigMap.
const std::map<std::string, std::string> kStyles = {
    {"block", "  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      volumes:\n        - {name: v, configMap: {name: settings}}\n"},
    {"annotations", "  template:\n    metadata:\n      annotations:\n        # theirs\n        a: \"1.20\"\n    spec: {volumes: [{name: v, configMap: {name: settings}}]}\n"},
    {"flow", "  template: {metadata: {annotations: {}}, spec: {containers: [{name: c, envFrom: [{configMapRef: {name: settings}}]}]}}\n"},
    {"no metadata", "  template:\n    spec:\n      containers:\n        - name: c\n          env:\n            - {name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}\n"},
    {"projected", "  template:\n    metadata: {}\n    spec:\n      volumes:\n        - name: all\n          projected: {sources: [{configMap: {name: settings}}]}\n"},
    {"umlauts", "  # \xc3\xa4\xc3\xb6\xc3\xbc \xe4\xbd\xa0\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      volumes: [{name: v, configMap: {name: settings}}]\n"},
};

TEST(ConfigHashTest, EveryStyleOfYamlGetsItAndKeepsTheRest) {
  for (const auto& [style, text] : kStyles) {
    const auto objects = with(text);
    EXPECT_EQ(annotation(objects[1]).size(), 16u) << style << "\n" << objects[1].body;
    const auto before = read_manifest({"web.yaml", std::string(kDeployment) + text});
    EXPECT_EQ(before[0].body["spec"]["template"]["spec"], objects[1].body["spec"]["template"]["spec"]) << style;
  }
  EXPECT_EQ(with(kStyles.at("annotations"))[1].body["spec"]["template"]["metadata"]["annotations"]["a"], "1.20");
}

TEST(ConfigHashTest, ItChangesWithTheConfigMapAlone) {
  const auto& text = kStyles.at("block");
  const auto changed = std::string(kConfigMap).replace(std::string(kConfigMap).find("\"1\""), 3, "\"2\"");
  EXPECT_EQ(annotation(with(text)[1]), annotation(with(text)[1]));
  EXPECT_NE(annotation(with(text)[1]), annotation(with(text, changed)[1]));
}

TEST(ConfigHashTest, WhoNamesNoneIsLeftAsItIs) {
  const std::string text = "  template:\n    spec:\n      volumes:\n        - {name: v, configMap: {name: other}}\n";
  EXPECT_EQ(annotation(with(text)[1]), "");
}

TEST(ConfigHashTest, SecretsCountAndNamespacesKeepThemApart) {
  const std::string secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: settings}\nstringData: {a: b}\n";
  EXPECT_NE(annotation(with("  template:\n    spec:\n      volumes:\n        - {name: v, secret: {secretName: settings}}\n", secret)[1]), "");
  const std::string elsewhere = "apiVersion: v1\nkind: Secret\nmetadata: {name: settings, namespace: other}\nstringData: {a: b}\n";
  EXPECT_EQ(annotation(with("  template:\n    spec:\n      volumes:\n        - {name: v, secret: {secretName: settings}}\n", elsewhere)[1]), "");
}

TEST(ConfigHashTest, EmptyAnnotationsAreAsGoodAsNone) {
  EXPECT_NE(annotation(with("  template:\n    metadata:\n      annotations:\n    spec: {volumes: [{name: v, configMap: {name: settings}}]}\n")[1]), "");
  EXPECT_THROW(with("  template:\n    metadata:\n      annotations: [a]\n    spec: {volumes: [{name: v, configMap: {name: settings}}]}\n"), Error);
}

}  // namespace
