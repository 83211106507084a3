#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "suite/programs/framework.h"
#include "suite/programs/go_packages.h"

namespace harness {

/// The test functions of `package` that run a suite of Ginkgo 2: what of it calls RunSpecs, or its only one.
/// Throws Error (kBuild) where nothing tells which one does.
std::vector<std::string> ginkgo_functions(const GoPackage& package);

/// Builds the test program of `package` with harness_ginkgo.go in it.
void build_ginkgo_program(const GoPackage& package, const ListRequest& request, std::stop_token stop);

/// The specs of its suite, in the order in which they run, by a dry run of `functions`. Nothing where these
/// did not come to a suite, or it is empty. Throws Error (kBuild).
std::vector<TestCase> ginkgo_specs(const GoPackage& package, const std::vector<std::string>& functions,
                                   const ListRequest& request, std::stop_token stop);

}  // namespace harness
