#pragma once

#include <chrono>
#include <vector>

#include "testrun/plan.h"

namespace harness::testrun {

/// Of each node its deadline and those of the longest way to it: when it has ended at the latest, where nodes
/// start at once.
std::vector<std::chrono::seconds> latest_ends(const Flow& flow);
/// The same of a whole flow.
std::chrono::seconds latest_end(const Flow& flow);

/// The nodes before this one, all of them, in their order.
std::vector<size_t> ancestors(const Flow& flow, size_t node);

/// A step that came before fails: whether this one is kept from running by it (else it only comes later).
inline bool needs(const Flow& flow, size_t before, size_t node) {
  return flow.depends.reaches(before, node) && !flow.nodes[before].continue_on_error;
}

}  // namespace harness::testrun
