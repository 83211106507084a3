#include "cluster/objects.h"

#include "base/text.h"

namespace harness {

namespace {

using Json = nlohmann::json;

const Json kNone;

}  // namespace

const Json& json_at(const Json& object, const char* pointer) {
  const Json::json_pointer where(pointer);
  return object.contains(where) ? object.at(where) : kNone;
}

std::string text_at(const Json& object, const char* pointer) {
  const Json& found = json_at(object, pointer);
  return found.is_string() ? found.get<std::string>() : "";
}

int64_t number_at(const Json& object, const char* pointer, int64_t fallback) {
  const Json& found = json_at(object, pointer);
  return found.is_number() ? found.get<int64_t>() : fallback;
}

bool flag_at(const Json& object, const char* pointer) {
  const Json& found = json_at(object, pointer);
  return found.is_boolean() && found.get<bool>();
}

const Json& list_at(const Json& object, const char* pointer) {
  static const Json empty = Json::array();
  const Json& found = json_at(object, pointer);
  return found.is_array() ? found : empty;
}

GroupKind type_of(const std::string& api_version, const std::string& kind) {
  const auto slash = api_version.find('/');
  return {slash == std::string::npos ? "" : api_version.substr(0, slash), kind};
}

GroupKind type_of(const Json& object) {
  return type_of(text_at(object, "/apiVersion"), text_at(object, "/kind"));
}

std::string Identity::title() const {
  // Kubernetes' own groups have no dot, or end in k8s.io.
  const bool is_foreign = type.group.find('.') != std::string::npos && !type.group.ends_with(".k8s.io");
  return type.kind + (is_foreign ? "." + type.group : "") + " " +
         (name_space.empty() ? "" : name_space + "/") + name;
}

Identity identity_of(const Json& object) { return {type_of(object), namespace_of(object), name_of(object)}; }

std::string name_of(const Json& object) { return text_at(object, "/metadata/name"); }
std::string namespace_of(const Json& object) { return text_at(object, "/metadata/namespace"); }
std::string uid_of(const Json& object) { return text_at(object, "/metadata/uid"); }
bool is_ending(const Json& object) { return !text_at(object, "/metadata/deletionTimestamp").empty(); }

const Json& condition_of(const Json& object, const char* type) {
  for (const auto& one : list_at(object, "/status/conditions"))
    if (text_at(one, "/type") == type) return one;
  return kNone;
}

bool has_condition(const Json& object, const char* type) {
  return text_at(condition_of(object, type), "/status") == "True";
}

bool is_observed(const Json& object) {
  return number_at(object, "/status/observedGeneration") >= number_at(object, "/metadata/generation");
}

const Json& controller_of(const Json& object) {
  for (const auto& owner : list_at(object, "/metadata/ownerReferences"))
    if (flag_at(owner, "/controller")) return owner;
  return kNone;
}

bool has_ended(const Json& pod) {
  const auto phase = text_at(pod, "/status/phase");
  return phase == "Succeeded" || phase == "Failed";
}

bool is_ready(const Json& pod) { return has_condition(pod, "Ready"); }

bool is_applied_here(const Json& object, const std::string& pointer) {
  for (const auto& entry : list_at(object, "/metadata/managedFields")) {
    if (text_at(entry, "/manager") != kFieldManager || text_at(entry, "/operation") != "Apply" ||
        !text_at(entry, "/subresource").empty())
      continue;
    Json::json_pointer fields("/fieldsV1");
    for (const auto& name : split(pointer.substr(1), '/')) fields /= "f:" + name;
    if (entry.contains(fields)) return true;
  }
  return false;
}

}  // namespace harness
