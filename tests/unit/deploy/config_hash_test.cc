// deploy/config_hash.cc: an annotation in a manifest that was written by hand.
#include "deploy/config_hash.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "cluster/workload_kinds.h"
#include "deploy/revision.h"

using namespace harness;

namespace {

constexpr const char* kConfigMap =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: \"1\"}\n";

constexpr const char* kDeployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n";

std::vector<Object> with(const std::string& pod_template, const std::string& config = kConfigMap) {
  auto objects = read_manifest({"web.yaml", config + "---\n" + kDeployment + pod_template});
  annotate_templates(objects, config_hashes(objects));
  return objects;
}

std::string annotation(const Object& object) {
  return object.body.value(
      nlohmann::json::json_pointer("/spec/template/metadata/annotations/deploy.harness~1config"), "");
}

/// A pod template in different hands, each with a reference to the ConfigMap.
const std::map<std::string, std::string> kStyles = {
    {"block",
     "  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      volumes:\n        - {name: v, "
     "configMap: {name: settings}}\n"},
    {"annotations",
     "  template:\n    metadata:\n      annotations:\n        # theirs\n        a: \"1.20\"\n    spec: "
     "{volumes: [{name: v, configMap: {name: settings}}]}\n"},
    {"flow",
     "  template: {metadata: {annotations: {}}, spec: {containers: [{name: c, envFrom: [{configMapRef: "
     "{name: settings}}]}]}}\n"},
    {"no metadata",
     "  template:\n    spec:\n      containers:\n        - name: c\n          env:\n            - {name: A, "
     "valueFrom: {configMapKeyRef: {name: settings, key: a}}}\n"},
    {"projected",
     "  template:\n    metadata: {}\n    spec:\n      volumes:\n        - name: all\n          projected: "
     "{sources: [{configMap: {name: settings}}]}\n"},
    {"umlauts",
     "  # \xc3\xa4\xc3\xb6\xc3\xbc \xe4\xbd\xa0\n  template:\n    metadata:\n      labels: {app: web}\n    "
     "spec:\n      volumes: [{name: v, configMap: {name: settings}}]\n"},
};

TEST(ConfigHashTest, EveryStyleOfYamlGetsItAndKeepsTheRest) {
  for (const auto& [style, text] : kStyles) {
    const auto objects = with(text);
    EXPECT_EQ(annotation(objects[1]).size(), 16u) << style << "\n" << objects[1].body;
    const auto before = read_manifest({"web.yaml", std::string(kDeployment) + text});
    EXPECT_EQ(before[0].body["spec"]["template"]["spec"], objects[1].body["spec"]["template"]["spec"])
        << style;
  }
  EXPECT_EQ(with(kStyles.at("annotations"))[1].body["spec"]["template"]["metadata"]["annotations"]["a"],
            "1.20");
}

TEST(ConfigHashTest, ItChangesWithTheConfigMapAlone) {
  const auto& text = kStyles.at("block");
  const auto changed = std::string(kConfigMap).replace(std::string(kConfigMap).find("\"1\""), 3, "\"2\"");
  EXPECT_EQ(annotation(with(text)[1]), annotation(with(text)[1]));
  EXPECT_NE(annotation(with(text)[1]), annotation(with(text, changed)[1]));
}

TEST(ConfigHashTest, WhoNamesNoneIsLeftAsItIs) {
  const std::string text =
      "  template:\n    spec:\n      volumes:\n        - {name: v, configMap: {name: other}}\n";
  EXPECT_EQ(annotation(with(text)[1]), "");
}

TEST(ConfigHashTest, SecretsCountAndNamespacesKeepThemApart) {
  const std::string secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: settings}\nstringData: {a: b}\n";
  EXPECT_NE(
      annotation(with(
          "  template:\n    spec:\n      volumes:\n        - {name: v, secret: {secretName: settings}}\n",
          secret)[1]),
      "");
  const std::string elsewhere =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: settings, namespace: other}\nstringData: {a: b}\n";
  EXPECT_EQ(
      annotation(with(
          "  template:\n    spec:\n      volumes:\n        - {name: v, secret: {secretName: settings}}\n",
          elsewhere)[1]),
      "");
}

/// Each place where the API lets a pod name a ConfigMap or a Secret that is called settings.
const std::map<std::string, std::pair<const char*, const char*>> kPlaces = {
    {"env of a ConfigMap",
     {"ConfigMap",
      "{containers: [{name: c, env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: a, "
      "optional: true}}}]}]}"}},
    {"env of a Secret",
     {"Secret",
      "{containers: [{name: c, env: [{name: A, valueFrom: {secretKeyRef: {name: settings, key: a}}}]}]}"}},
    {"envFrom of a ConfigMap",
     {"ConfigMap", "{containers: [{name: c, envFrom: [{prefix: X_, configMapRef: {name: settings}}]}]}"}},
    {"envFrom of a Secret",
     {"Secret", "{containers: [{name: c, envFrom: [{secretRef: {name: settings}}]}]}"}},
    {"an init container",
     {"Secret",
      "{initContainers: [{name: c, restartPolicy: Always, envFrom: [{secretRef: {name: settings}}]}]}"}},
    {"a volume of a ConfigMap",
     {"ConfigMap",
      "{volumes: [{name: v, configMap: {name: settings, optional: true, items: [{key: a, path: b}]}}]}"}},
    {"a volume of a Secret", {"Secret", "{volumes: [{name: v, secret: {secretName: settings}}]}"}},
    {"a projected Secret",
     {"Secret",
      "{volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: t}}, {secret: {name: "
      "settings}}]}}]}"}},
    {"imagePullSecrets", {"Secret", "{imagePullSecrets: [{name: other}, {name: settings}]}"}},
    {"csi", {"Secret", "{volumes: [{name: v, csi: {driver: d, nodePublishSecretRef: {name: settings}}}]}"}},
    {"cephfs", {"Secret", "{volumes: [{name: v, cephfs: {monitors: [m], secretRef: {name: settings}}}]}"}},
    {"azureFile", {"Secret", "{volumes: [{name: v, azureFile: {shareName: s, secretName: settings}}]}"}},
};

/// Each kind with a pod template, and where in it that is; SPEC stands for a pod's spec.
const std::map<std::string, std::pair<const char*, const char*>> kKinds = {
    {"Deployment", {"apps/v1", "spec: {template: {spec: SPEC}}"}},
    {"StatefulSet", {"apps/v1", "spec: {template: {spec: SPEC}}"}},
    {"DaemonSet", {"apps/v1", "spec: {template: {spec: SPEC}}"}},
    {"ReplicaSet", {"apps/v1", "spec: {template: {spec: SPEC}}"}},
    {"ReplicationController", {"v1", "spec: {template: {spec: SPEC}}"}},
    {"Job", {"batch/v1", "spec: {template: {spec: SPEC}}"}},
    {"CronJob", {"batch/v1", "spec: {jobTemplate: {spec: {template: {spec: SPEC}}}}"}},
    {"Pod", {"v1", "spec: SPEC"}},
    {"PodTemplate", {"v1", "template: {spec: SPEC}"}},
};

/// What annotates the template of a workload, as it was made with these values.
std::string annotated(const std::string& kind, const char* config, const std::string& spec,
                      const std::string& value) {
  std::string body = kKinds.at(kind).second;
  body.replace(body.find("SPEC"), 4, spec);
  auto objects = read_manifest({"x.yaml", std::string("apiVersion: ") + kKinds.at(kind).first +
                                              "\nkind: " + kind + "\nmetadata: {name: web}\n" + body +
                                              "\n---\napiVersion: v1\nkind: " + config +
                                              "\nmetadata: {name: settings}\ndata: {a: " + value + "}\n"});
  annotate_templates(objects, config_hashes(objects));
  const auto pod_template = std::string(workload_kind(type_of(objects[0].body))->pod_template);
  return text_at(objects[0].body, (pod_template + "/metadata/annotations/deploy.harness~1config").c_str());
}

TEST(ConfigHashTest, EveryPlaceInEveryKind) {
  for (const auto& [kind, where] : kKinds)
    for (const auto& [place, what] : kPlaces) {
      const auto before = annotated(kind, what.first, what.second, "eA=="),
                 after = annotated(kind, what.first, what.second, "eQ==");
      EXPECT_EQ(before.size(), 16u) << kind << ", " << place;
      EXPECT_NE(before, after) << kind << ", " << place;
      EXPECT_EQ(
          annotated(kind, std::string(what.first) == "Secret" ? "ConfigMap" : "Secret", what.second, "eA=="),
          "")
          << kind << ", " << place;
    }
}

TEST(ConfigHashTest, KindsOfOthersAreLeftAlone) {
  auto objects =
      read_manifest({"x.yaml", std::string(kConfigMap) +
                                   "---\napiVersion: example.com/v1\nkind: Job\nmetadata: {name: x}\nspec: "
                                   "{template: {spec: {volumes: [{name: v, configMap: {name: settings}}]}}}\n"
                                   "---\napiVersion: example.com/v1\nkind: Secret\nmetadata: {name: s}\n"});
  const auto before = objects[1].body;
  annotate_templates(objects, config_hashes(objects));
  EXPECT_EQ(objects[1].body, before);
  EXPECT_FALSE(is_config(objects[2]));
}

TEST(ConfigHashTest, OnlyWhatPodsSeeCounts) {
  const auto& text = kStyles.at("block");
  const auto labelled =
      std::string(kConfigMap)
          .replace(std::string(kConfigMap).find("{name: settings}"), 16, "{name: settings, labels: {a: b}}");
  EXPECT_EQ(annotation(with(text)[1]), annotation(with(text, labelled)[1]));
}

TEST(ConfigHashTest, EmptyAnnotationsAreAsGoodAsNone) {
  EXPECT_NE(annotation(with("  template:\n    metadata:\n      annotations:\n    spec: {volumes: [{name: v, "
                            "configMap: {name: settings}}]}\n")[1]),
            "");
  EXPECT_THROW(with("  template:\n    metadata:\n      annotations: [a]\n    spec: {volumes: [{name: v, "
                    "configMap: {name: settings}}]}\n"),
               Error);
}

/// The hash in the template of the one workload of this type.
std::string hash_in_template(const std::string& version, const std::string& kind, const std::string& image,
                             const std::string& config) {
  const auto* known = workload_kind(type_of(version, kind));
  nlohmann::json body{{"apiVersion", version}, {"kind", kind}, {"metadata", {{"name", "x"}}}};
  body[nlohmann::json::json_pointer(std::string(known->pod_template) + "/spec")] = {
      {"containers",
       {{{"name", "c"}, {"image", image}, {"envFrom", {{{"configMapRef", {{"name", "settings"}}}}}}}}}};
  std::vector<Object> objects{{version, kind, "x", "default", body}};
  annotate_templates(objects, {{"ConfigMap/default/settings", config}});
  return template_hash(json_at(objects[0].body, known->pod_template));
}

TEST(ConfigHashTest, WhatKeepsNoRevisionsHasAHashOfItsWholeTemplate) {
  for (const auto& [version, kind] :
       std::map<std::string, std::string>{{"batch/v1", "Job"}, {"v1", "Pod"}, {"apps/v1", "ReplicaSet"}}) {
    const auto before = hash_in_template(version, kind, "a", "1");
    EXPECT_EQ(before.size(), 16u) << kind;
    EXPECT_NE(hash_in_template(version, kind, "b", "1"), before) << kind;
    EXPECT_NE(hash_in_template(version, kind, "a", "2"), before) << kind;
  }
  EXPECT_EQ(hash_in_template("batch/v1", "CronJob", "a", "1"), hash_in_template("batch/v1", "Job", "a", "1"))
      << "its Jobs have its template";
  EXPECT_EQ(hash_in_template("v1", "ReplicationController", "a", "1").size(), 16u);
  for (const char* kind : {"Deployment", "StatefulSet", "DaemonSet"})
    EXPECT_EQ(hash_in_template("apps/v1", kind, "a", "1"), "") << kind;
}

}  // namespace
