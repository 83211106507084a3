#pragma once

#include <nlohmann/json.hpp>

namespace harness {

/// What `stored` has where `applied` has something: not what the API's defaults, webhooks or controllers
/// added to it, a sidecar or an injected certificate. Items of a list are found by what names them there
/// (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy), and keep the order
/// that they are stored in. A field that is no longer there is null.
nlohmann::json applied_fields(const nlohmann::json& stored, const nlohmann::json& applied);

}  // namespace harness
