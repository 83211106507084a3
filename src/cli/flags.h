#pragma once

#include <string>
#include <vector>

#include "config/options.h"

namespace harness {

/// Reads a command line: flags in Go's style (`-run=X`, `-run X` and `--run=X` mean the same), or a command
/// (cli/commands.h), its arguments and its flags. Throws Error (kUsage) where a flag or command is unknown
/// (naming the nearest), lacks its value or contradicts another.
Options parse_flags(int argc, const char* const* argv);

/// What -help prints of a command, "" for that of tests: every flag, examples, exit codes. `program` is what
/// the user typed.
std::string help_text(const std::string& program, const std::string& command = "");

/// Whether it is one with a value, as "run" is.
bool takes_value(const std::string& flag);

/// Every flag's name, without dashes.
std::vector<std::string> flag_names();

}  // namespace harness
