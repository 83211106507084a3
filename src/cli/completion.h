#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// The program for "bash", "zsh" or "fish" by which that shell completes command lines of the harness. Throws
/// Error (kUsage) for another shell.
std::string_view completion_script(const std::string& shell);

/// What the last word of a command line can become: "./harness -ru" gives "-run=". A value comes with its
/// flag: "-run=TestDeck". Nothing where the shell's own files are right, or where nothing fits. Looks at
/// components.yaml and at the tests that ran before; what is wrong with them is no error here.
std::vector<std::string> completions(const std::string& line);

}  // namespace harness
