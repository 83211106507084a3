#pragma once

#include <string>
#include <vector>

#include "suite/programs/framework.h"

namespace harness {

/// This process's environment as tests, and programs that list them, get it: without what chooses, shards,
/// repeats, reorders or reformats tests of a framework (docs/components.md, "What does not reach a test").
/// What an entry of tests: has in env: comes on top.
Environment test_environment();

/// What of this process's environment was left out and would have changed how one of `programs` runs:
/// "GTEST_FILTER", "-short of GOFLAGS".
std::vector<std::string> left_out_of_tests(const std::vector<TestProgram>& programs);

}  // namespace harness
