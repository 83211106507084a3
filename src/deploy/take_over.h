#pragma once

#include <nlohmann/json.hpp>

#include "cluster/objects.h"

namespace harness {

/// The fields of an object that people changed or added by kubectl (edit, patch, set, label, ..), as its
/// managedFields have them; an empty mapping where there are none.
nlohmann::json fields_changed_by_hand(const nlohmann::json& stored);

/// `metadata.managedFields` of an object that the harness applied, with those counted as its own, so that the
/// next apply removes what the manifest does not have: an environment variable, a key of a ConfigMap, a label
/// (https://kubernetes.io/docs/reference/using-api/server-side-apply/#upgrading-from-client-side-apply-to-server-side-apply).
/// Null if nobody changed it so, and for custom resources, whose managedFields cannot be patched as others'
/// can.
nlohmann::json fields_taken_over(const GroupKind& type, const nlohmann::json& stored);

}  // namespace harness
