#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clonerefs {

/// One pull request: its number and the commit to merge, as 40 hexadecimal digits.
struct Pull {
  int number = 0;
  std::string sha;
};

struct Options {
  std::string repo;      ///< URL or local path
  std::string base_ref;  ///< branch or tag, by its short name
  std::string base_sha;  ///< empty: the head of base_ref
  std::vector<Pull> pulls;
  std::string dir;
  bool help = false;
};

/// Reads a command line in Go's style: `-dir=X`, `-dir X` and `--dir X` mean the same. Throws Failure
/// (kUsage) where a flag is unknown, wrong, missing, or given twice (only -pull may be).
Options parse_flags(const std::vector<std::string>& args);

/// What -help prints.
extern const std::string_view kHelp;

}  // namespace clonerefs
