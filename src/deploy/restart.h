#pragma once

#include <stop_token>
#include <vector>

#include "cluster/kube_api.h"
#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Ends all pods that run by these objects, so that their controllers start new ones. A Job or Pod is deleted
/// itself, and has to be applied again; the Jobs of a CronJob go, and its next one begins by its schedule.
/// Returns once all of it is gone, and says by `waiting.on_notice` where there was none. Throws Error
/// (kDeploy) where a pod does not end by `waiting.deadline`.
void end_pods(const KubeApi& api, const std::vector<Object>& objects, const Waiting& waiting,
              std::stop_token stop);

}  // namespace harness
