#pragma once

#include <set>

#include "github/errors.h"
#include "github/model.h"

namespace fakes::github {

/// The fields of a request's body. What GitHub does not know it ignores; a field of the wrong type is a 422
/// (invalid). Which fields were asked for is noted, so that none is declared (Api::on) and then passed over.
class Fields {
 public:
  using Read = std::set<std::string, std::less<>>;
  /// `json` is an object, and outlives this. `resource` is named in errors: "Issue". `place` goes before
  /// names that are noted in `read`: "config.", "files[].".
  Fields(const Json& json, std::string resource, Read& read, std::string place = "")
      : json_(json), resource_(std::move(resource)), read_(read), place_(std::move(place)) {}

  bool has(const std::string& name) const {
    read_.insert(place_ + name);
    return json_.contains(name);
  }
  /// As it is; nullptr where it is absent or null.
  const Json* raw(const std::string& name) const { return find(name); }
  /// A whole number; nothing where it is absent or null.
  std::optional<std::int64_t> number(const std::string& name) const {
    const Json* value = find(name);
    if (!value) return {};
    if (!value->is_number_integer() || value->get<double>() > 1e15 || value->get<double>() < -1e15)
      throw invalid(resource_, name);
    return value->get<std::int64_t>();
  }
  /// Each of a list of objects; none where it is absent or null.
  std::vector<Fields> objects(const std::string& name) const {
    const Json* value = find(name);
    std::vector<Fields> found;
    if (!value) return found;
    if (!value->is_array()) throw invalid(resource_, name);
    for (const auto& one : *value) {
      if (!one.is_object()) throw invalid(resource_, name);
      found.emplace_back(one, resource_, read_, place_ + name + "[].");
    }
    return found;
  }
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
  /// Strings, or where there is a `key` objects with it. Nothing where it is absent or null.
  std::optional<std::vector<std::string>> list(const std::string& name, const std::string& key = "") const {
    const Json* value = find(name);
    if (!value) return {};
    if (!key.empty()) read_.insert(place_ + name + "[]." + key);
    return strings(*value, resource_, name, key);
  }
  static std::vector<std::string> strings(const Json& value, const std::string& resource,
                                          const std::string& field, const std::string& key = "") {
    if (!value.is_array()) throw invalid(resource, field);
    std::vector<std::string> found;
    for (const auto& one : value) {
      const Json& name = !key.empty() && one.is_object() && one.contains(key) ? one[key] : one;
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
    return {value ? *value : kNone, resource_, read_, place_ + name + "."};
  }

 private:
  const Json* find(const std::string& name) const {
    read_.insert(place_ + name);
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  const Json& json_;
  std::string resource_;
  Read& read_;
  std::string place_;
};

}  // namespace fakes::github
