#pragma once

#include <optional>

#include "deploy/diagnosis.h"

namespace harness {

/// Why a Node, as the API gives it, runs no pods; nothing where it does.
std::optional<Diagnosis> node_unready(const nlohmann::json& node);
/// Why it takes no new ones.
std::optional<Diagnosis> node_short(const nlohmann::json& node);

}  // namespace harness
