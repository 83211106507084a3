#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace fakes::git {

/// What is in front of the pack in the body of a POST to git-receive-pack (gitprotocol-pack, "Reference
/// Update Request and Packfile Transfer"): {"commands": [{"ref", "old", "new"}], "push_options": [...]}.
/// `body` may be its beginning alone: nothing where the part in front of the pack has not ended, or is none.
std::optional<nlohmann::json> read_push_head(std::string_view body);

}  // namespace fakes::git
