#pragma once

#include <stop_token>

#include "cli/setup.h"

namespace harness {

/// `harness doctor`: looks at what runs depend on, starts and changes nothing, and takes a second at most.
/// Prints each check (with -json as an array); the exit code is kCluster where one is an error.
int examine(const Context& context, std::stop_token stop);

/// What a run looks at by itself before it makes a cluster, at no cost: says what is a warning. Throws Error
/// (kCluster) where no cluster could be made.
void examine_before_creation(const Context& context);

}  // namespace harness
