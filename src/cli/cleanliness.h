#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "cli/setup.h"

namespace harness {

/// -clear: removes what tests left behind in these namespaces, or {"ALL"}, and says what. Throws Error
/// (kUsage) for a namespace in which there is nothing of theirs, (kCluster) where something does not go.
void clear_leftovers(const std::vector<std::string>& namespaces, const Context& context, const KubeApi& api,
                     std::stop_token stop);

/// Throws Error (kCluster) with a list where an earlier run left something behind: tests could meet it. What
/// -keep-namespaces kept is no reason.
void refuse_leftovers(const Context& context, const KubeApi& api, std::stop_token stop);

/// At the end of a run in which tests failed or were ended: what they could not remove themselves. Where that
/// does not succeed it is said, and false.
bool remove_leftovers_of(const std::string& run, const KubeApi& api, Terminal& terminal);

}  // namespace harness
