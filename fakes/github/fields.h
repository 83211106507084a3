#pragma once

#include "github/errors.h"
#include "github/model.h"

namespace fakes::github {

/// The fields of a request's body. What GitHub does not know it ignores; a field of the wrong type is a 422
/// (invalid).
class Fields {
 public:
  /// `json` is an object, and outlives this. `resource` is named in errors: "Issue".
  Fields(const Json& json, std::string resource) : json_(json), resource_(std::move(resource)) {}

  bool has(const std::string& name) const { return json_.contains(name); }
  /// Nothing where it is absent or null.
  std::optional<std::string> text(const std::string& name) const {
    const Json* value = find(name);
    if (!value) return {};
    if (!value->is_string()) throw invalid(resource_, name);
    return value->get<std::string>();
  }
  /// A 422 (missing_field) where it is absent, null or empty.
  std::string required(const std::string& name) const {
    auto value = text(name);
    if (!value || value->empty()) throw invalid(resource_, name, "missing_field");
    return *value;
  }
  std::optional<bool> flag(const std::string& name) const {
    const Json* value = find(name);
    if (!value) return {};
    if (!value->is_boolean()) throw invalid(resource_, name);
    return value->get<bool>();
  }
  /// Strings, or objects with a `key`. Nothing where it is absent or null.
  std::optional<std::vector<std::string>> list(const std::string& name,
                                               const std::string& key = "name") const {
    const Json* value = find(name);
    if (!value) return {};
    return strings(*value, resource_, name, key);
  }
  static std::vector<std::string> strings(const Json& value, const std::string& resource,
                                          const std::string& field, const std::string& key = "name") {
    if (!value.is_array()) throw invalid(resource, field);
    std::vector<std::string> found;
    for (const auto& one : value) {
      const Json& name = one.is_object() && one.contains(key) ? one[key] : one;
      if (!name.is_string() || name.get_ref<const std::string&>().empty()) throw invalid(resource, field);
      found.push_back(name.get<std::string>());
    }
    return found;
  }
  /// An empty one where it is absent.
  Fields object(const std::string& name) const {
    static const Json kNone = Json::object();
    const Json* value = find(name);
    if (value && !value->is_object()) throw invalid(resource_, name);
    return {value ? *value : kNone, resource_};
  }

 private:
  const Json* find(const std::string& name) const {
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  const Json& json_;
  std::string resource_;
};

}  // namespace fakes::github
