#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "suite/programs/framework.h"

namespace harness {

/// The tests of a program, with the labels, owner and timeout of its entry; what it needs to list them is
/// built. Throws Error (kBuild) when it cannot be started, lists nothing, or has a test that cannot be asked
/// for.
std::vector<TestCase> list_tests(const ListRequest& request, std::stop_token stop);

/// What to do where `program` cannot be listed before the cluster is there; empty: it is not listed then.
std::string listing_hint(const TestProgram& program);

/// Throws Error or Failures (kBuild) where there are packages of which no test can run (TestCase::breakage).
void refuse_broken(const std::vector<TestCase>& tests);

/// The line of `file` that `expression` (RE2) is found in; 0 where there is none.
int line_of(const std::filesystem::path& file, const std::string& expression);

/// Runs what lists tests, with `env` and nothing else; it may take 10 minutes, since it may compile. Throws
/// Error (kBuild).
std::string listing(const std::vector<std::string>& args, const std::filesystem::path& dir,
                    const std::string& what, const Environment& env, std::stop_token stop);

}  // namespace harness
