#pragma once

#include <string>

/// Compares `text` with the file testdata/`name`. HARNESS_UPDATE_GOLDEN=1 in the environment of the test
/// program rewrites the file instead:
///   HARNESS_UPDATE_GOLDEN=1 build/dev/bin/unit_tests --gtest_filter='*Golden*'; git diff tests/unit/testdata
void expect_golden(const std::string& name, const std::string& text);
