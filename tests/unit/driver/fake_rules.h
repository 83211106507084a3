#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

/// What a Kubernetes API checks before it stores an object, as far as the driver's tests need it: a refusal
/// is a Status as the API words it.
struct FakeRefusal {
  int code;
  nlohmann::json status;
};

/// Of server-side apply's check of types: a variable's value that is no text, a variable that is there twice.
std::optional<FakeRefusal> refuse_types(const nlohmann::json& object);

/// Of what the object itself says: a Deployment without a selector, or with one that does not select its own
/// pods.
std::optional<FakeRefusal> refuse_object(const nlohmann::json& object);

/// Of a change of what cannot be changed: selectors, claims' templates, clusterIP, roleRef, a Secret's type,
/// what is immutable, a Job's template, a Pod.
std::optional<FakeRefusal> refuse_change(const nlohmann::json& before, const nlohmann::json& object);

FakeRefusal refusal_with(int code, const std::string& reason, const std::string& message,
                         const nlohmann::json& causes = nlohmann::json::array());
