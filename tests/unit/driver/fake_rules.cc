#include "driver/fake_rules.h"

#include <set>

namespace {

using Json = nlohmann::json;

const Json& at(const Json& object, const std::string& pointer) {
  static const Json none;
  const Json::json_pointer where(pointer);
  return object.contains(where) ? object.at(where) : none;
}

std::string text(const Json& object, const std::string& pointer) {
  const auto& value = at(object, pointer);
  return value.is_string() ? value.get<std::string>() : "";
}

FakeRefusal invalid(const Json& object, const std::string& field, const std::string& reason,
                    const std::string& message) {
  const auto title = text(object, "/kind") + " \"" + text(object, "/metadata/name") +
                     "\" is invalid: " + field + ": " + message;
  return refusal_with(422, "Invalid", title, {{{"reason", reason}, {"field", field}, {"message", message}}});
}

/// Fields of a kind that the API does not let change once they are set.
struct Fixed {
  const char *kind, *pointer, *field, *reason, *message;
};
constexpr Fixed kFixed[] = {
    {"Deployment", "/spec/selector", "spec.selector", "FieldValueInvalid",
     "Invalid value: {}: field is immutable"},
    {"DaemonSet", "/spec/selector", "spec.selector", "FieldValueInvalid",
     "Invalid value: {}: field is immutable"},
    {"StatefulSet", "/spec/selector", "spec", "FieldValueForbidden",
     "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' are forbidden"},
    {"StatefulSet", "/spec/serviceName", "spec", "FieldValueForbidden",
     "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' are forbidden"},
    {"StatefulSet", "/spec/volumeClaimTemplates", "spec", "FieldValueForbidden",
     "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' are forbidden"},
    {"Service", "/spec/clusterIP", "spec.clusterIPs[0]", "FieldValueInvalid",
     "Invalid value: []: may not change once set"},
    {"ClusterRoleBinding", "/roleRef", "roleRef", "FieldValueInvalid",
     "Invalid value: {}: cannot change roleRef"},
    {"RoleBinding", "/roleRef", "roleRef", "FieldValueInvalid", "Invalid value: {}: cannot change roleRef"},
    {"Secret", "/type", "type", "FieldValueInvalid", "Invalid value: \"x\": field is immutable"},
    {"Job", "/spec/template", "spec.template", "FieldValueInvalid", "Invalid value: {}: field is immutable"},
    {"Pod", "/spec/containers", "spec", "FieldValueForbidden",
     "Forbidden: pod updates may not change fields other than `spec.containers[*].image`"},
    {"PersistentVolumeClaim", "/spec", "spec", "FieldValueForbidden",
     "Forbidden: spec is immutable after creation except resources.requests"},
    {"StorageClass", "/parameters", "parameters", "FieldValueForbidden",
     "Forbidden: updates to parameters are forbidden."},
    {"PriorityClass", "/value", "value", "FieldValueForbidden",
     "Forbidden: may not be changed in an update."},
};

}  // namespace

FakeRefusal refusal_with(int code, const std::string& reason, const std::string& message,
                         const Json& causes) {
  return {code,
          {{"kind", "Status"},
           {"status", "Failure"},
           {"reason", reason},
           {"code", code},
           {"message", message},
           {"details", {{"causes", causes}}}}};
}

std::optional<FakeRefusal> refuse_types(const Json& object) {
  const auto prefix = "failed to create typed patch object (" + text(object, "/metadata/namespace") + "/" +
                      text(object, "/metadata/name") + "; " + text(object, "/apiVersion") +
                      ", Kind=" + text(object, "/kind") + "): ";
  for (const std::string spec : {"/spec/template/spec", "/spec"}) {
    for (const auto& container : at(object, spec + "/containers")) {
      if (!container.is_object()) continue;
      std::string field = spec + "/containers[name=\"" + container.value("name", "") + "\"]/env";
      for (auto& c : field) c = c == '/' ? '.' : c;
      std::set<std::string> names;
      for (const auto& variable : container.value("env", Json::array())) {
        const auto name = variable.value("name", "");
        if (!names.insert(name).second)
          return refusal_with(500, "",
                              prefix + field + ": duplicate entries for key [name=\"" + name + "\"]");
        if (variable.contains("value") && !variable["value"].is_string())
          return refusal_with(500, "",
                              prefix + field + "[name=\"" + name +
                                  "\"].value: expected string, got &value.valueUnstructured{Value:" +
                                  variable["value"].dump() + "}");
      }
    }
  }
  return std::nullopt;
}

std::optional<FakeRefusal> refuse_object(const Json& object) {
  if (text(object, "/kind") != "Deployment") return std::nullopt;
  if (at(object, "/spec/selector/matchLabels").empty())
    return invalid(object, "spec.selector", "FieldValueRequired", "Required value");
  for (const auto& [key, value] : at(object, "/spec/selector/matchLabels").items())
    if (at(object, "/spec/template/metadata/labels").value(key, Json()) != value)
      return invalid(object, "spec.template.metadata.labels", "FieldValueInvalid",
                     "Invalid value: {}: `selector` does not match template `labels`");
  return std::nullopt;
}

std::optional<FakeRefusal> refuse_change(const Json& before, const Json& object) {
  for (const auto& fixed : kFixed) {
    if (text(object, "/kind") != fixed.kind) continue;
    const auto &old = at(before, fixed.pointer), &now = at(object, fixed.pointer);
    if (!old.is_null() && !now.is_null() && old != now)
      return invalid(object, fixed.field, fixed.reason, fixed.message);
  }
  const bool is_config = text(object, "/kind") == "ConfigMap" || text(object, "/kind") == "Secret";
  if (is_config && at(before, "/immutable") == Json(true) && at(before, "/data") != at(object, "/data"))
    return invalid(object, "data", "FieldValueForbidden",
                   "Forbidden: field is immutable when `immutable` is set");
  return std::nullopt;
}
