#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace harness {

/// A field as the API's messages name it, as a pointer into the object:
/// "spec.template.spec.containers[0].image",
/// `.spec.template.spec.containers[name="web"].env[1].value`, "metadata.labels[app.kubernetes.io/name]",
/// `.data.app\.yaml`. As far as `body` has it. `second`: of several items that a key such as [name="web"]
/// means, the second at the end of the path.
nlohmann::json::json_pointer pointer_of(const nlohmann::json& body, const std::string& field,
                                        bool second = false);

}  // namespace harness
