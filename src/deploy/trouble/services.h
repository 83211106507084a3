#pragma once

#include <optional>
#include <vector>

#include "deploy/diagnosis.h"
#include "deploy/manifest.h"

namespace harness {

/// Why a Service whose component is ready does not reach it. `service` is null where there is none; `pods`
/// are those of its namespace, `planned` what is or will be applied in the run: pods of another component may
/// still come.
std::optional<Diagnosis> unreachable_service(const nlohmann::json& service,
                                             const std::vector<nlohmann::json>& pods,
                                             const std::vector<Object>& planned);

}  // namespace harness
