#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gerrit/model.h"

namespace fakes::gerrit {

/// Gerrit's format (rest-api.html#timestamp): "2022-05-19 12:34:56.000000000", UTC.
std::string format_time(Time time);

/// The same; the nanoseconds, and the time of day too, may be missing. Nothing where it is something else.
std::optional<Time> parse_time(std::string_view text);

}  // namespace fakes::gerrit
