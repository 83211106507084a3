#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "cluster/firewall.h"
#include "cluster/kube_api.h"
#include "config/project.h"
#include "deploy/hermetic/outside_attempt.h"
#include "deploy/hermetic/pod_addresses.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Keeps the pods of a cluster from everything outside of it (but for `egress:`), while a run lasts, and
/// knows who tried. The firewall itself is the node's (cluster/firewall) and stays without the harness.
class Hermetic {
 public:
  /// `workloads`: workload -> component. `warn` may be called from another thread.
  Hermetic(const KubeApi& api, std::vector<std::string> nodes, const Project& project,
           std::map<std::string, std::string> workloads, std::chrono::system_clock::time_point since,
           std::function<void(const std::string&)> warn);
  Hermetic(const Hermetic&) = delete;
  Hermetic& operator=(const Hermetic&) = delete;

  /// Names of the outside are unknown, but for those of `egress:`, once wait_for_names has returned. Throws
  /// Error (kDeploy).
  void configure(std::stop_token stop);
  /// For CoreDNS's rollout, and until every node reaches it, where that was waited for or a node `is_new`.
  /// Throws Error (kDeploy).
  void wait_for_names(Waiting waiting, bool is_new, std::stop_token stop) const;

  /// Since `since`, by whom and where; packets since the last call, or since the firewall was renewed.
  std::vector<OutsideAttempt> attempts(std::stop_token stop) const;

 private:
  void open(std::stop_token stop) const;
  void keep_open(std::stop_token stop);

  const KubeApi& api_;
  const std::vector<std::string> nodes_;
  const std::function<void(const std::string&)> warn_;
  const std::string since_;                                ///< RFC 3339 without the Z: UTC
  std::map<std::string, std::vector<std::string>> hosts_;  ///< of all `egress:` -> addresses
  std::map<std::string, std::vector<Opening>> egress_;     ///< component -> where to; `pod` is empty
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool news_ = false;
  std::optional<PodAddresses> pods_;
  std::jthread opener_;  ///< where there is egress; ends before what it looks at
};

}  // namespace harness
