#pragma once

#include <string>

namespace harness {

/// What to do where docker's output says that a registry did not let it pull or push `reference`: no login, a
/// certificate that is not believed, no TLS. Empty where it says nothing of it.
std::string refusal_hint(const std::string& output, const std::string& reference);

}  // namespace harness
