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

/// `go test -c`, with `more` flags. Throws Error (kBuild).
void build_go_program(const GoPackage& package, const ListRequest& request,
                      const std::vector<std::string>& more, std::stop_token stop);

/// Calls back for each package, several at once.
void for_each_package(const std::vector<GoPackage>& packages,
                      const std::function<void(const GoPackage&)>& work);

/// A test function, "TestX".
TestCase go_test(const std::string& name, const GoPackage& package, const ListRequest& request);

}  // namespace harness
