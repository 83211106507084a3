#pragma once

#include <chrono>
#include <string>

namespace harness::testrun {

using Time = std::chrono::system_clock::time_point;

/// RFC 3339, UTC, whole seconds: "2024-05-01T10:00:00Z".
std::string rfc3339(Time time);

/// Whole seconds from `begin` to `end`, rounded.
long seconds_between(Time begin, Time end);

}  // namespace harness::testrun
