#include "testrun/dag.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace harness::testrun {

Dag::Dag(size_t size) : parents_(size), children_(size), reached_(size, std::vector<bool>(size)) {}

bool Dag::add(size_t from, size_t to) {
  if (reached_[from][to]) return true;
  if (from == to || reached_[to][from]) return false;
  parents_[to].push_back(from);
  children_[from].push_back(to);
  std::vector<size_t> gained{to};
  for (size_t node = 0; node < size(); ++node)
    if (reached_[to][node]) gained.push_back(node);
  for (size_t node = 0; node < size(); ++node)
    if (node == from || reached_[node][from])
      for (const auto reached : gained) reached_[node][reached] = true;
  return true;
}

std::vector<size_t> Dag::order() const {
  std::vector<size_t> waits_for(size()), order;
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  for (size_t node = 0; node < size(); ++node)
    if ((waits_for[node] = parents_[node].size()) == 0) ready.push(node);
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (const auto child : children_[order.back()])
      if (--waits_for[child] == 0) ready.push(child);
  }
  return order;
}

std::vector<std::vector<size_t>> Dag::dominators() const {
  const auto order = this->order();
  std::vector<size_t> rank(size());
  for (size_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  std::vector<std::vector<size_t>> all(size());
  for (const auto node : order) {
    bool first = true;
    auto& own = all[node];
    for (const auto parent : parents_[node]) {
      auto through = all[parent];
      through.push_back(parent);
      if (!first)
        std::erase_if(through,
                      [&](size_t one) { return std::find(own.begin(), own.end(), one) == own.end(); });
      own = std::move(through);
      first = false;
    }
    std::sort(own.begin(), own.end(), [&](size_t a, size_t b) { return rank[a] < rank[b]; });
  }
  return all;
}

bool Dag::alone(size_t node) const {
  for (size_t other = 0; other < size(); ++other)
    if (other != node && !reached_[node][other] && !reached_[other][node]) return false;
  return true;
}

}  // namespace harness::testrun
