#pragma once

#include "testrun/emit/context.h"

namespace harness::testrun {

/// The order of onExit. Tekton begins all `finally` tasks at once
/// (https://tekton.dev/docs/pipelines/pipelines/#adding-finally-to-the-pipeline): one that comes after
/// another waits until that has written to the run's volume how it ended.
class Finally {
 public:
  explicit Finally(const Flow& on_exit);

  bool is_awaited(size_t node) const { return !flow_.dag.children(node).empty(); }
  /// Its deadline, with all that it may wait for.
  std::chrono::seconds latest_end(size_t node) const { return ends_[node]; }
  /// What scripts/wait-in-finally.sh, which goes before the program that fills its folders, waits for: a line
  /// for each step that comes before it.
  std::string before(size_t node) const;

 private:
  const Flow& flow_;
  const std::vector<std::chrono::seconds> ends_;
};

/// The step after the program of a node that is awaited.
Json telling_step(const Node& node, const std::string& image);
/// The run's volume as a workspace of a single step, without its siblings.
Json whole_volume();

}  // namespace harness::testrun
