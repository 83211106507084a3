#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "framework/cluster.h"

namespace test {

/// A pod's phase, whether it is ready, and why its containers do not run: "Pending; web waits: ErrImagePull
/// (...)". For null "not there".
std::string pod_state(const nlohmann::json& pod);

/// Why the pod will not start however long one waits: an image that cannot be pulled, a configuration that is
/// not there, a second crash. Empty where it may.
std::string why_it_cannot_start(const nlohmann::json& pod);

/// A condition of an object's status: "True", "False", "Unknown"; empty where it has none of the type, or is
/// null.
std::string condition(const nlohmann::json& object, const std::string& type);

/// The object's events, a line each: "Warning FailedMount: configmap "x" not found".
std::string events_of(const Ref& ref);

}  // namespace test
