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

/// The line of `file` that `expression` (RE2) is found in; 0 where there is none.
int line_of(const std::filesystem::path& file, const std::string& expression);

/// Runs what lists tests, with `env` and nothing else; it may take 10 minutes, since it may compile. Throws
/// Error (kBuild).
std::string listing(const std::vector<std::string>& args, const std::filesystem::path& dir,
                    const std::string& what, const Environment& env, std::stop_token stop);

}  // namespace harness
