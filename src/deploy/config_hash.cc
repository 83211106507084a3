#include "deploy/config_hash.h"

#include "base/error.h"
#include "base/hash.h"
#include "cluster/workload_kinds.h"
#include "deploy/revision.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr const char* kConfigAnnotation = "deploy.harness/config";
constexpr size_t kDigits = 16;

std::string key_of(const std::string& kind, const std::string& name_space, const std::string& name) {
  return kind + "/" + name_space + "/" + name;
}

/// What a pod template names. The API calls references to a ConfigMap configMap, configMapRef or
/// configMapKeyRef; to a Secret secret or something that ends in SecretRef or SecretKeyRef, with `name` or
/// `secretName`; an Azure file has a `secretName` of its own
/// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec).
void collect(const Json& node, const std::string& name_space, std::set<std::string>& names) {
  const auto add = [&](const char* kind, const std::string& name) {
    if (!name.empty()) names.insert(key_of(kind, name_space, name));
  };
  if (node.is_array())
    for (const auto& item : node) collect(item, name_space, names);
  if (!node.is_object()) return;
  for (const auto& [key, value] : node.items()) {
    if (value.is_object() && (key == "configMap" || key == "configMapRef" || key == "configMapKeyRef"))
      add("ConfigMap", text_at(value, "/name"));
    if (value.is_object() && (key == "secret" || key == "azureFile" || key.ends_with("ecretRef") ||
                              key.ends_with("ecretKeyRef"))) {
      add("Secret", text_at(value, "/secretName"));
      add("Secret", text_at(value, "/name"));
    }
    if (key == "imagePullSecrets" && value.is_array())
      for (const auto& secret : value) add("Secret", text_at(secret, "/name"));
    collect(value, name_space, names);
  }
}

/// Null if the object has none; the API says what is wrong with it.
const Json* pod_template_of(const Object& object) {
  const auto* kind = workload_kind(type_of(object.api_version, object.kind));
  if (!kind) return nullptr;
  const Json& found = json_at(object.body, kind->pod_template);
  return found.is_object() ? &found : nullptr;
}

void annotate(Object& object, const char* annotation, const std::string& hash) {
  const Json::json_pointer metadata =
                               Json::json_pointer(
                                   workload_kind(type_of(object.api_version, object.kind))->pod_template) /
                               "metadata",
                           annotations = metadata / "annotations";
  for (const auto& pointer : {metadata, annotations})
    if (object.body.contains(pointer) && !object.body[pointer].is_object() && !object.body[pointer].is_null())
      throw Error(place_of(object, pointer.to_string()) + ": " + object.kind + " " + object.name +
                      ": metadata and annotations of its pod template must be mappings",
                  {.exit_code = kUsage});
  object.body[annotations][annotation] = hash;
}

/// What pods see of a ConfigMap or Secret: neither its labels nor whether it may change.
std::string content_of(const Json& config) {
  Json content = Json::object();
  for (const char* part : {"data", "binaryData", "stringData"})
    if (config.contains(part)) content[part] = config[part];
  return content.dump();
}

/// Who starts pods of a template and never replaces them by others of the next; a Pod is its own.
bool keeps_no_revisions(const Object& object) {
  const auto type = type_of(object.api_version, object.kind);
  const auto* kind = workload_kind(type);
  return kind && kind->makes_pods && (type.group != "apps" || type.kind == "ReplicaSet");
}

}  // namespace

bool is_config(const Object& object) {
  const auto type = type_of(object.api_version, object.kind);
  return type == GroupKind{"", "ConfigMap"} || type == GroupKind{"", "Secret"};
}

std::string config_key(const Object& object) { return key_of(object.kind, object.name_space, object.name); }

std::set<std::string> configs_named(const Object& object) {
  std::set<std::string> names;
  if (const auto* pod_template = pod_template_of(object))
    collect(json_at(*pod_template, "/spec"), object.name_space, names);
  return names;
}

std::map<std::string, std::string> config_hashes(const std::vector<Object>& objects) {
  std::map<std::string, std::string> hashes;
  for (const auto& object : objects)
    if (is_config(object)) hashes[config_key(object)] = sha256_hex(content_of(object.body));
  return hashes;
}

void annotate_templates(std::vector<Object>& objects, const std::map<std::string, std::string>& configs) {
  for (auto& object : objects) {
    std::string all;
    for (const auto& name : configs_named(object))
      if (const auto found = configs.find(name); found != configs.end())
        all += name + "=" + found->second + "\n";
    if (!all.empty()) annotate(object, kConfigAnnotation, sha256_hex(all).substr(0, kDigits));
    if (const auto* pod_template = pod_template_of(object); pod_template && keeps_no_revisions(object))
      annotate(object, kTemplateAnnotation, sha256_hex(pod_template->dump()).substr(0, kDigits));
  }
}

}  // namespace harness
