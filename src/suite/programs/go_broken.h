#pragma once

#include <stop_token>

#include "base/error.h"
#include "suite/programs/framework.h"
#include "suite/programs/go_packages.h"

namespace harness {

/// What stands for a package of which no test can run, "deck/build": TestCase::breakage is `error`, and its
/// place is the first that the compiler names.
TestCase broken_go_package(const GoPackage& package, const ListRequest& request, const Error& error,
                           std::stop_token stop);

/// For an entry without tests: throws Error (kBuild) where files of tests are there, and build constraints
/// hide them. Names them.
void refuse_hidden_files(const ListRequest& request, std::stop_token stop);

}  // namespace harness
