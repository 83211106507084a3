#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "base/error.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Waits until each of them has rolled out, and `then` has returned for it, side by side: which of them is
/// stuck need not be the first. Throws the Error of the first that cannot (wait_for_rollout). `waiting` is
/// called from several threads.
void wait_for_rollouts(
    const KubeApi& api, const std::vector<Applied>& objects, const Waiting& waiting, std::stop_token stop,
    const std::function<void(const Applied&, std::stop_token)>& then = [](const Applied&,
                                                                          const std::stop_token&) {});

/// The same on a thread of its own, for who waits for something that these may bring: a webhook's server,
/// what defines a type while it runs.
class RolloutsBeside {
 public:
  RolloutsBeside(const KubeApi& api, std::vector<Applied> workloads, const Waiting& waiting,
                 std::stop_token stop);

  /// Whether all have rolled out. Throws the Error of one that cannot.
  bool are_complete() const;
  /// Returns once that is decided. Throws likewise.
  void join();

 private:
  const std::vector<Applied> workloads_;
  mutable std::mutex mutex_;
  bool complete_ = false;
  std::optional<Error> failure_;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace harness
