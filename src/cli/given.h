#pragma once

#include <stop_token>
#include <vector>

#include "cli/doctor/checks.h"
#include "cli/setup.h"

namespace harness {

// An instance in a cluster that the user gave (-kubeconfig): it remembers which, until -teardown.

/// Whether the instance is, or is to be, in such a cluster.
bool is_in_given_cluster(const Options& options, const Instance& instance);

/// Writes what -kubeconfig names as the instance's own kubeconfig and state. Without the flag the instance
/// goes on where it is. Throws Error (kUsage) where it is elsewhere. For the one who has the instance's lock.
void adopt_cluster(const Options& options, const Instance& instance, Terminal& terminal,
                   std::stop_token stop);

/// -teardown: deletes what the instance and its tests have in the cluster, and the instance's state. Says
/// what was deleted.
std::string withdraw_from_cluster(const Context& context);

/// Whether the cluster answers, and whether the kubeconfig's user may do there what a run does.
std::vector<Check> given_checks(const Context& context, std::chrono::milliseconds patience,
                                std::stop_token stop);

}  // namespace harness
