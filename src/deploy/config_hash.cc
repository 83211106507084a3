#include "deploy/config_hash.h"

#include "base/error.h"
#include "base/hash.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr const char* kAnnotation = "deploy.harness/config";

std::string key_of(const std::string& kind, const std::string& name_space, const std::string& name) { return kind + "/" + name_space + "/" + name; }

std::string text_at(const Json& map, const char* key) {
  const auto found = map.find(key);
  return found != map.end() && found->is_string() ? found->get<std::string>() : "";
}

/// What a pod template names, wherever it does: volumes, projected ones, env and envFrom.
void collect(const Json& node, const std::string& name_space, std::set<std::string>& names) {
  if (node.is_array())
    for (const auto& item : node) collect(item, name_space, names);
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) {
    if (value.is_object() && (key == "configMap" || key == "configMapRef" || key == "configMapKeyRef")) names.insert(key_of("ConfigMap", name_space, text_at(value, "name")));
    if (value.is_object() && (key == "secret" || key == "secretRef" || key == "secretKeyRef"))
      names.insert(key_of("Secret", name_space, text_at(value, "secretName").empty() ? text_at(value, "name") : text_at(value, "secretName")));
    collect(value, name_space, names);
  }
}

/// Null where the object has none; the API says what is wrong with it.
const Json* pod_template_of(const Object& object) {
  if (object.kind != "Deployment" && object.kind != "StatefulSet" && object.kind != "DaemonSet") return nullptr;
  const Json::json_pointer pointer("/spec/template");
  return object.body.contains(pointer) && object.body[pointer].is_object() ? &object.body[pointer] : nullptr;
}

void annotate(Object& object, const std::string& hash) {
  const Json::json_pointer metadata("/spec/template/metadata"), annotations = metadata / "annotations";
  for (const auto& pointer : {metadata, annotations})
    if (object.body.contains(pointer) && !object.body[pointer].is_object() && !object.body[pointer].is_null())
      throw Error(place_of(object, pointer.to_string()) + ": " + object.kind + " " + object.name + ": metadata and annotations of its pod template are mappings", {.exit_code = kUsage});
  object.body[annotations][kAnnotation] = hash;
}

}  // namespace

std::string config_key(const Object& object) { return key_of(object.kind, object.name_space, object.name); }

std::set<std::string> configs_named(const Object& object) {
  std::set<std::string> names;
  if (const auto* pod_template = pod_template_of(object)) collect(*pod_template, object.name_space, names);
  return names;
}

std::map<std::string, std::string> config_hashes(const std::vector<Object>& objects) {
  std::map<std::string, std::string> hashes;
  for (const auto& object : objects)
    if (object.kind == "ConfigMap" || object.kind == "Secret") hashes[config_key(object)] = sha256_hex(object.body.dump());
  return hashes;
}

void add_config_hashes(std::vector<Object>& objects, const std::map<std::string, std::string>& configs) {
  for (auto& object : objects) {
    const auto names = configs_named(object);
    std::string all;
    for (const auto& name : names)
      if (const auto found = configs.find(name); found != configs.end()) all += name + "=" + found->second + "\n";
    if (!all.empty()) annotate(object, sha256_hex(all).substr(0, 16));
  }
}

}  // namespace harness
