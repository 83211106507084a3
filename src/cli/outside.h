#pragma once

#include <string>
#include <vector>

#include "cli/setup.h"
#include "deploy/hermetic/outside_attempt.h"

namespace harness {

/// What pods tried to reach outside of the cluster, in at most ten lines: one for each component, and one for
/// all pods of a namespace that belong to none, those with most attempts first. report.html lists all.
std::vector<std::string> folded(const std::vector<OutsideAttempt>& attempts);

/// Says it. Throws Error (kTestsFailed) with -strict, where there was any.
void judge_outside(const std::vector<OutsideAttempt>& attempts, const Context& context);

}  // namespace harness
