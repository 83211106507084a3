#pragma once

#include <compare>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace harness {

// What every object of the Kubernetes API has, as the API gives it in JSON: identity, conditions, owners
// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/). A field that is
// missing, or has another type than the API's reference says, is read as empty.

/// The value at a JSON pointer ("/status/phase"); null if there is none.
const nlohmann::json& json_at(const nlohmann::json& object, const char* pointer);
/// The string, number, boolean or list at a JSON pointer.
std::string text_at(const nlohmann::json& object, const char* pointer);
int64_t number_at(const nlohmann::json& object, const char* pointer, int64_t fallback = 0);
bool flag_at(const nlohmann::json& object, const char* pointer);
const nlohmann::json& list_at(const nlohmann::json& object, const char* pointer);

/// A type of objects, whatever its version: {"apps", "Deployment"}. The group of what Kubernetes began with
/// ("v1") is empty.
struct GroupKind {
  std::string group, kind;
  auto operator<=>(const GroupKind&) const = default;
};
/// Of `apiVersion` ("apps/v1") and `kind`.
GroupKind type_of(const std::string& api_version, const std::string& kind);
GroupKind type_of(const nlohmann::json& object);

/// What makes an object one and the same, however it is written: the version is no part of it.
struct Identity {
  GroupKind type;
  std::string name_space;  ///< empty for a cluster-wide object
  std::string name;
  auto operator<=>(const Identity&) const = default;
  /// "Deployment default/web"; with its group where Kubernetes has a kind of that name too, or it is not
  /// Kubernetes' own: "Job.batch.example.com default/x".
  std::string title() const;
};
Identity identity_of(const nlohmann::json& object);

std::string name_of(const nlohmann::json& object);
std::string namespace_of(const nlohmann::json& object);
std::string uid_of(const nlohmann::json& object);
/// Whether it has been deleted, and is still there for its finalizers or its grace period.
bool is_ending(const nlohmann::json& object);

/// The condition of that type (`status.conditions`), null if there is none.
const nlohmann::json& condition_of(const nlohmann::json& object, const char* type);
/// Whether that condition is True.
bool has_condition(const nlohmann::json& object, const char* type);
/// Whether what the status says is about the object as it is now.
bool is_observed(const nlohmann::json& object);

/// The owner reference of what controls an object (a ReplicaSet of its Pod); null if nothing does.
const nlohmann::json& controller_of(const nlohmann::json& object);

/// Whether a pod's containers have all ended, and none will start again.
bool has_ended(const nlohmann::json& pod);
bool is_ready(const nlohmann::json& pod);

/// Whether the harness applied this field ("/spec/suspend") itself
/// (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management).
bool is_applied_here(const nlohmann::json& object, const std::string& pointer);

/// Of server-side apply.
inline constexpr const char* kFieldManager = "harness";

}  // namespace harness
