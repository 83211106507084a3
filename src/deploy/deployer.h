#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"
#include "deploy/inventory.h"
#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"
#include "deploy/snapshot.h"

namespace harness {

/// Applies manifests and waits for their rollouts. Thread-safe. Failures throw Error (kDeploy): what is
/// stuck, the pod, the system's own words, the last log lines, what to do.
class Deployer {
 public:
  explicit Deployer(const KubeApi& api) : api_(api) {}

  struct Deployed {
    Inventory::Records records;
    std::string mark;  ///< of the objects as they are now
    std::vector<Applied> waited_for;
  };
  /// Applies `objects` (Applier) and waits until the API serves what they define. What cannot be changed in
  /// place is made anew; what holds data only with `may_lose_data`. The result is valid as long as `objects`.
  Deployed apply(const std::vector<Object>& objects, bool may_lose_data, const Waiting& waiting,
                 std::stop_token stop) const;

  /// Waits until every workload has rolled out, no pod of an older revision is left, and every other object
  /// is what its controller, or `ready:`, calls ready. What `waiting` calls may be called from several
  /// threads. Says whether there was anything to wait for.
  bool wait(const Deployed& deployed, const Waiting& waiting, std::stop_token stop) const;

  /// Whether these two would change nothing and wait for nothing: all is as it was when it gave back this
  /// `mark`, and rolled out.
  bool is_there(const std::vector<Object>& objects, const std::string& mark, Snapshot& snapshot,
                std::stop_token stop) const;

  /// What the inventory has of `objects`; without those of which neither they nor the cluster say whether
  /// they lie in a namespace.
  Inventory::Records records(const std::vector<Object>& objects, std::stop_token stop) const;

  /// Waits until every node takes pods. Before that no pod can be called unschedulable. Throws Error
  /// (kDeploy) where one will not.
  void wait_for_nodes(const Waiting& waiting, std::stop_token stop) const;

 private:
  /// Status counts an ending pod no more, but it answers until it is gone.
  void wait_for_ending_pods(const Applied& applied, const Waiting& waiting, std::stop_token stop) const;

  const KubeApi& api_;
};

}  // namespace harness
