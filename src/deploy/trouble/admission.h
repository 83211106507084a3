#pragma once

#include <optional>
#include <string>

namespace harness {

/// Why the API does not take an object, and what to do.
struct Refusal {
  std::string cause, hint;
};

/// Reads the API's message; nothing where it says all that can be said.
std::optional<Refusal> refusal(const std::string& message);

}  // namespace harness
