#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kind.h"

/// What a cluster's containers show of it, by docker alone: also where kubectl, its proxy, a kubeconfig or
/// this machine's network fails.
namespace harness {

/// Why an API does not answer.
struct Silence {
  bool is_dead = false;  ///< each control plane runs, or is gone, and nothing listens there, for no cause
                         ///< that passes: nothing is lost with the cluster
  std::string cause;     ///< for a message: "the disk is full", "it answers inside of its node"
};
/// Takes up to 10 s.
Silence why_silent(const std::vector<Node>& containers, std::stop_token stop);

/// The same, of what was found: `looks` has what kLook printed in each control plane that runs ("" where
/// nothing could be run there), `created` when the oldest of them was made (RFC 3339).
Silence silence_of(const std::vector<std::string>& looks, bool all_run, const std::string& created,
                   const std::string& now);

/// A text that a node keeps as long as it exists; "" where it has none.
std::string recorded_in(const std::string& node);
/// Throws Error (kCluster).
void record_in(const std::string& node, const std::string& text, std::stop_token stop);

}  // namespace harness
