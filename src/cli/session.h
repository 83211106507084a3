#pragma once

#include <stop_token>
#include <string>

#include "cli/setup.h"

namespace harness {

/// Carries out a plan from set-up to teardown and says how it went.
/// Returns the exit code; throws nothing that is an Error: it has been shown.
int run_session(const Plan& plan, const Context& context, std::stop_token stop);

/// An error as the user sees it: cause, command, end of its output, hint.
void show(const struct Error& error, Terminal& terminal);

}  // namespace harness
