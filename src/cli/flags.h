#pragma once

#include <string>
#include <vector>

#include "config/options.h"

namespace harness {

/// Reads a command line in Go's style: `-run=X`, `-run X` and `--run=X` mean the same. Throws Error (kUsage) where a flag
/// is unknown (naming the nearest), lacks its value or contradicts another.
Options parse_flags(int argc, const char* const* argv);

/// What -help prints: every flag, examples, exit codes. `program` is what the user typed.
std::string help_text(const std::string& program);

/// Every flag's name, without dashes.
std::vector<std::string> flag_names();

}  // namespace harness
