#pragma once

#include "github/call.h"

namespace fakes::github {

/// The longest that GitHub takes, in characters.
inline constexpr std::size_t kLongestTitle = 256, kLongestBody = 65536;

/// Throws ApiError (422) where a field's text has more than `most` characters.
void check_length(const std::optional<std::string>& text, std::size_t most, const std::string& resource,
                  const std::string& field);

/// A parameter of the query that is a time; nothing where it is absent. Throws ApiError (422) at anything
/// else.
std::optional<Time> asked_time(const Call& call, const std::string& name, const std::string& resource);

/// Whether `direction` is `asc`; `otherwise` where it is absent. Throws ApiError (422) at anything but asc
/// and desc.
bool asks_ascending(const Call& call, bool otherwise, const std::string& resource);

}  // namespace fakes::github
