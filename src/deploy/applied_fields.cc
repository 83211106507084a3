#include "deploy/applied_fields.h"

#include <algorithm>
#include <array>
#include <set>

namespace harness {

namespace {

using Json = nlohmann::json;

/// The fields by which Kubernetes' own lists tell their items apart, and most others do.
constexpr std::array kNames{"name", "mountPath", "devicePath", "containerPort", "port", "ip", "topologyKey"};

/// The one of these that all items have, each another value; null where there is none.
const char* name_of_items(const Json& list) {
  for (const char* name : kNames) {
    std::set<Json> values;
    const bool are_told_apart = std::all_of(list.begin(), list.end(), [&](const Json& item) {
      return item.is_object() && item.contains(name) && values.insert(item[name]).second;
    });
    if (are_told_apart) return name;
  }
  return nullptr;
}

Json fields_of_items(const Json& stored, const Json& applied) {
  const char* name = name_of_items(applied);
  Json fields = Json::array();
  if (name && name_of_items(stored) == name) {
    for (const auto& item : stored)
      for (const auto& wanted : applied)
        if (item[name] == wanted[name]) fields.push_back(applied_fields(item, wanted));
    return fields;
  }
  if (stored.size() != applied.size()) return stored;
  for (size_t i = 0; i < stored.size(); ++i) fields.push_back(applied_fields(stored[i], applied[i]));
  return fields;
}

}  // namespace

Json applied_fields(const Json& stored, const Json& applied) {
  if (stored.is_array() && applied.is_array()) return fields_of_items(stored, applied);
  if (!stored.is_object() || !applied.is_object()) return stored;
  Json fields = Json::object();
  for (const auto& [key, value] : applied.items())
    fields[key] = stored.contains(key) ? applied_fields(stored[key], value) : Json();
  return fields;
}

}  // namespace harness
