#pragma once

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Runs tests of charts, which are Jobs and Pods (https://helm.sh/docs/topics/chart_tests/), one at a time or
/// several. What it makes has the labels of what tests make (cluster/leftovers.h). Thread-safe.
class ChartTestRun {
 public:
  ChartTestRun(const KubeApi& api, std::string run_id) : api_(api), run_id_(std::move(run_id)) {}

  /// Whether a hook is a test by itself, and not what one needs.
  static bool is_test(const Object& hook);

  /// Runs one of `hooks`, which are in their order (chart_tests): what stands before it and is no test itself
  /// is made first, once. Gives `on_log` what its containers printed, and deletes it. Throws Error (kDeploy)
  /// where it did not end well, or did not end.
  void run(const Object& test, const std::vector<Object>& hooks,
           const std::function<void(const std::string&)>& on_log, const Waiting& waiting,
           std::stop_token stop);

  /// Deletes what was made for tests. Throws Error (kDeploy).
  void end(const Waiting& waiting, std::stop_token stop);

 private:
  Object labelled(Object hook) const;
  void prepare(const Object& test, const std::vector<Object>& hooks, const Waiting& waiting,
               std::stop_token stop);
  std::string logs_of(const Object& test, std::stop_token stop) const;

  const KubeApi& api_;
  const std::string run_id_;
  std::mutex mutex_;
  std::vector<Object> made_;  ///< for tests
};

}  // namespace harness
