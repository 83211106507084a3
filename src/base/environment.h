#pragma once

#include <cstdlib>
#include <string>

namespace harness {

/// What this process has in its environment; empty where the variable is not set.
inline std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace harness
