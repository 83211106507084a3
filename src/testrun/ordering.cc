#include "testrun/ordering.h"

#include <algorithm>

namespace harness::testrun {

namespace {

int rank(const Node& node) { return node.definition().disruptive ? 2 : node.definition().serial ? 1 : 0; }

/// `siblings`: the children of one parent, in the order in which they could run.
void order(Flow& flow, std::vector<size_t> siblings, const std::vector<std::vector<size_t>>& children) {
  std::stable_sort(siblings.begin(), siblings.end(),
                   [&](size_t a, size_t b) { return rank(flow.nodes[a]) < rank(flow.nodes[b]); });
  for (size_t i = 0; i < siblings.size(); ++i) {
    if (rank(flow.nodes[siblings[i]]) == 0) continue;
    // The nearest first: what comes before that is then before this one already.
    for (size_t before = i; before-- > 0;) flow.dag.add(siblings[before], siblings[i]);
    for (const auto sibling : siblings)
      if (sibling != siblings[i])
        for (const auto grandchild : children[sibling])
          if (std::find(siblings.begin(), siblings.end(), grandchild) == siblings.end())
            flow.dag.add(siblings[i], grandchild);
  }
}

}  // namespace

void order_siblings(Flow& flow) {
  auto& dag = flow.dag;
  const bool any =
      std::any_of(flow.nodes.begin(), flow.nodes.end(), [](const Node& node) { return rank(node) > 0; });
  if (!any) return;
  // As dependsOn has it: what is added here makes nobody a sibling.
  std::vector<size_t> first, position(dag.size());
  std::vector<std::vector<size_t>> children(dag.size());
  const auto in_order = dag.order();
  for (size_t i = 0; i < in_order.size(); ++i) position[in_order[i]] = i;
  for (size_t node = 0; node < dag.size(); ++node) {
    children[node] = dag.children(node);
    std::sort(children[node].begin(), children[node].end(),
              [&](size_t a, size_t b) { return position[a] < position[b]; });
    if (dag.parents(node).empty()) first.push_back(node);
  }
  order(flow, first, children);
  for (const auto parent : in_order) order(flow, children[parent], children);
}

}  // namespace harness::testrun
