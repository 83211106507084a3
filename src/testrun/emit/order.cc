#include "testrun/emit/order.h"

#include <algorithm>

namespace harness::testrun {

std::vector<std::chrono::seconds> latest_ends(const Flow& flow) {
  std::vector<std::chrono::seconds> ends(flow.nodes.size());
  for (const auto node : flow.dag.order()) {
    for (const auto parent : flow.dag.parents(node)) ends[node] = std::max(ends[node], ends[parent]);
    ends[node] += std::chrono::ceil<std::chrono::seconds>(flow.nodes[node].deadline);
  }
  return ends;
}

std::chrono::seconds latest_end(const Flow& flow) {
  const auto ends = latest_ends(flow);
  return ends.empty() ? std::chrono::seconds(0) : *std::max_element(ends.begin(), ends.end());
}

std::vector<size_t> ancestors(const Flow& flow, size_t node) {
  std::vector<size_t> before;
  for (const auto other : flow.dag.order())
    if (flow.dag.reaches(other, node)) before.push_back(other);
  return before;
}

}  // namespace harness::testrun
