#pragma once

#include <stop_token>

#include "base/terminal.h"
#include "config/options.h"

namespace harness {

/// `testrun` and `gc`: checks the Testruns that the options name, prints them or runs them one after the
/// other, as they say. Returns the exit code: kPassed only where every run has succeeded.
int run_testruns(const Options& options, Terminal& terminal, std::stop_token stop);

}  // namespace harness
