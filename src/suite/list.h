#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "suite/test_case.h"

namespace harness {

/// The tests of a program, in its order; what it needs to list them is built. `root` is the project's, `scratch` a folder for
/// programs that are compiled for it and stay there. Throws Error (kBuild) when it cannot be started or lists nothing that can be read.
std::vector<TestCase> list_tests(const TestProgram& program, const std::filesystem::path& root, const std::filesystem::path& scratch, std::stop_token stop);

/// A GoogleTest program; disabled tests are left out. Labels, owners and timeouts come from programs that write them to
/// $HARNESS_ABOUT while they list (tests/framework/about.h).
std::vector<TestCase> list_gtest(const TestProgram& program, const std::filesystem::path& root, const std::filesystem::path& scratch, std::stop_token stop);
/// What `--gtest_list_tests` printed, as suite and name.
std::vector<TestCase> parse_gtest_list(const std::string& text, const TestProgram& program);

/// The packages of a pattern, "./e2e/..."; each one's test program is compiled. A suite is a package, below its module.
std::vector<TestCase> list_go(const TestProgram& program, const std::filesystem::path& root, const std::filesystem::path& scratch, std::stop_token stop);

/// What pytest collects in a file or folder. A suite is a file or a class in it: "tests/test_deck.py::TestDeck".
std::vector<TestCase> list_pytest(const TestProgram& program, const std::filesystem::path& root, std::stop_token stop);

/// The line of `file` that `expression` (RE2) is found in; 0 where there is none.
int line_of(const std::filesystem::path& file, const std::string& expression);

/// Runs what lists tests; it may take 10 minutes, since it may compile. Throws Error (kBuild).
std::string listing(const std::vector<std::string>& args, const std::filesystem::path& dir, const std::string& what,
                    const std::map<std::string, std::string>& env, std::stop_token stop);

}  // namespace harness
