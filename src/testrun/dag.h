#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace harness::testrun {

/// Nodes 0 to size-1 and what comes after what, for a few thousand of them: who reaches whom is known at any
/// time.
class Dag {
 public:
  explicit Dag(size_t size);

  size_t size() const { return parents_.size(); }
  /// Nothing where `to` comes after `from` already. False, and nothing, where that would close a cycle.
  bool add(size_t from, size_t to);
  bool reaches(size_t from, size_t to) const { return reached_[from][to]; }
  const std::vector<size_t>& parents(size_t node) const {
    return parents_[node];
  }  ///< in the order in which they were added
  const std::vector<size_t>& children(size_t node) const { return children_[node]; }

  /// Parents before children, of those that could be next the smallest first.
  std::vector<size_t> order() const;
  /// Of each node those that are on every way to it, the farthest first, without itself.
  std::vector<std::vector<size_t>> dominators() const;
  /// No other node may run while this one does: each comes before or after it.
  bool alone(size_t node) const;

 private:
  std::vector<std::vector<size_t>> parents_, children_;
  std::vector<std::vector<bool>> reached_;  ///< [from][to]
};

}  // namespace harness::testrun
