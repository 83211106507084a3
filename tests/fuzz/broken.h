#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

/// Ends the fuzzing: `what` does not hold of the input at hand, which libFuzzer keeps.
[[noreturn]] inline void broken(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}
