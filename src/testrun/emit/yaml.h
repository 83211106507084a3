#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace harness::testrun {

/// The documents as YAML, in blocks, with "---" between them. What a reader of YAML 1.1 or 1.2 could take for
/// anything but a text is quoted.
std::string yaml_text(const std::vector<nlohmann::ordered_json>& documents);

}  // namespace harness::testrun
