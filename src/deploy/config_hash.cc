#include "deploy/config_hash.h"

#include <yaml-cpp/yaml.h>

#include "base/error.h"
#include "base/hash.h"

namespace harness {

namespace {

constexpr const char* kAnnotation = "deploy.harness/config";

std::string key_of(const std::string& kind, const std::string& name_space, const std::string& name) { return kind + "/" + name_space + "/" + name; }

std::string scalar(const YAML::Node& node, const char* key) {
  const YAML::Node value = node[key];
  return value && value.IsScalar() ? value.Scalar() : "";
}

/// What a pod template names, wherever it does: volumes, projected ones, env and envFrom.
void collect(const YAML::Node& node, const std::string& name_space, std::set<std::string>& names) {
  if (node.IsSequence())
    for (const auto& item : node) collect(item, name_space, names);
  if (!node.IsMap()) return;
  for (const auto& entry : node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
    const YAML::Node value = entry.second;
    if (value.IsMap() && (key == "configMap" || key == "configMapRef" || key == "configMapKeyRef")) names.insert(key_of("ConfigMap", name_space, scalar(value, "name")));
    if (value.IsMap() && (key == "secret" || key == "secretRef" || key == "secretKeyRef"))
      names.insert(key_of("Secret", name_space, scalar(value, "secretName").empty() ? scalar(value, "name") : scalar(value, "secretName")));
    collect(value, name_space, names);
  }
}

/// Puts an entry before the first one of `map`, which lies in `text`, in the style of the map.
void insert_entry(std::string& text, const YAML::Node& map, const std::string& entry) {
  const auto at = static_cast<size_t>(map.Mark().pos);
  if (text[at] == '{')
    text.insert(at + 1, map.size() == 0 ? entry : entry + ", ");
  else
    text.insert(at, entry + "\n" + std::string(static_cast<size_t>(map.Mark().column), ' '));
}

void annotate(Object& object, const YAML::Node& pod_template, const std::string& hash) {
  const std::string entry = std::string(kAnnotation) + ": \"" + hash + "\"";
  const YAML::Node metadata = pod_template["metadata"];
  if (!metadata) return insert_entry(object.yaml, pod_template, "metadata: {annotations: {" + entry + "}}");
  const YAML::Node annotations = metadata.IsMap() ? metadata["annotations"] : YAML::Node();
  if (metadata.IsMap() && !annotations) return insert_entry(object.yaml, metadata, "annotations: {" + entry + "}");
  if (!metadata.IsMap() || !annotations.IsMap())
    throw Error(object.kind + " " + object.name + ": metadata or annotations of its pod template are empty", {.hint = "leave them out", .exit_code = kUsage});
  insert_entry(object.yaml, annotations, entry);
}

/// Undefined where the object has none; the API says what is wrong with it.
YAML::Node pod_template_of(const Object& object) {
  if (object.kind != "Deployment" && object.kind != "StatefulSet" && object.kind != "DaemonSet") return YAML::Node(YAML::NodeType::Undefined);
  const YAML::Node root = YAML::Load(object.yaml);
  const YAML::Node spec = root["spec"];
  if (!spec || !spec.IsMap() || !spec["template"] || !spec["template"].IsMap()) return YAML::Node(YAML::NodeType::Undefined);
  return spec["template"];
}

}  // namespace

std::string config_key(const Object& object) { return key_of(object.kind, object.name_space, object.name); }

std::set<std::string> configs_named(const Object& object) {
  std::set<std::string> names;
  if (const YAML::Node pod_template = pod_template_of(object); pod_template.IsDefined()) collect(pod_template, object.name_space, names);
  return names;
}

std::map<std::string, std::string> config_hashes(const std::vector<Object>& objects) {
  std::map<std::string, std::string> hashes;
  for (const auto& object : objects)
    if (object.kind == "ConfigMap" || object.kind == "Secret") hashes[config_key(object)] = sha256_hex(object.yaml);
  return hashes;
}

void add_config_hashes(std::vector<Object>& objects, const std::map<std::string, std::string>& configs) {
  for (auto& object : objects) {
    const auto names = configs_named(object);
    std::string all;
    for (const auto& name : names)
      if (const auto found = configs.find(name); found != configs.end()) all += name + "=" + found->second + "\n";
    if (!all.empty()) annotate(object, pod_template_of(object), sha256_hex(all).substr(0, 16));
  }
}

}  // namespace harness
