#pragma once

#include <cstddef>

namespace harness {

/// How many requests of one purpose are sent to the API side by side: more would make others wait, and gain
/// nothing.
inline constexpr size_t kRequestsAtOnce = 8;

}  // namespace harness
