#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "suite/programs/framework.h"
#include "suite/programs/go_packages.h"

namespace harness {

/// $GOFLAGS may also stand in a file of the user's (`go env -w`), which counts where the variable is empty:
/// in the result it is never empty, and has flags of a build alone.
ListRequest with_go_build_flags(ListRequest request, std::stop_token stop);

/// The test program of one package as one entry of tests: where it is once it is built.
std::filesystem::path go_program(const GoPackage& package, const ListRequest& request);

/// `go test -c`, with `more` flags: compiles, and looks for what `go vet` finds as `go test` does. Throws
/// Error (kBuild) with all that was said; then there is no program, also none of an earlier build. One whose
/// parts are those that it was linked from is not linked again.
void build_go_program(const GoPackage& package, const ListRequest& request,
                      const std::vector<std::string>& more, std::stop_token stop);

/// What `tests_of` lists of each package that has files of tests, several at once. A package of which it
/// throws an Error, or that has no such files and does not build either, is a test that fails
/// (TestCase::breakage). Throws Error (kBuild) where build constraints hide all files of tests.
std::vector<TestCase> tests_of_packages(
    const std::vector<GoPackage>& packages, const ListRequest& request,
    const std::function<std::vector<TestCase>(const GoPackage&)>& tests_of, std::stop_token stop);

/// A test function, "TestX".
TestCase go_test(const std::string& name, const GoPackage& package, const ListRequest& request);

}  // namespace harness
