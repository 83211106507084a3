#pragma once

#include <atomic>
#include <map>
#include <string>

#include "cluster/kube_api.h"
#include "testrun/executor.h"
#include "testrun/pod_objects.h"

namespace harness::testrun {

/// Runs nodes as Jobs of the cluster whose kubeconfig they have: testmachinery.config, else shoot.config. The
/// location's files that git knows or does not ignore, and the node's folders, are put into the pod and, but
/// for the former, fetched from it.
class PodExecutor : public Executor {
 public:
  struct Settings {
    std::string run_id, name_space;
    std::string helper_image;                ///< PodSettings
    std::map<std::string, std::string> env;  ///< what every node finds
  };
  explicit PodExecutor(Settings settings) : settings_(std::move(settings)) {}
  Outcome run(const Node& node, const NodeFolders& folders, Phase phase, std::stop_token stop) const override;

 private:
  const Settings settings_;
  mutable std::atomic<int> next_ = 0;
};

}  // namespace harness::testrun
