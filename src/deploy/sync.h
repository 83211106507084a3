#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"
#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Gives running pods other images without replacing them (`sync: true`). The API lets the image of a pod
/// change (https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement), and the kubelet
/// then starts that container anew in the same pod: scheduling, the pod's network and the end of the old pod
/// take no time. The workload itself keeps the images that it has, and so does a pod that it makes later.
///
/// Returns how many pods were changed once they are ready, 0 where all have these images already. Nothing,
/// and nothing is done, where that is not enough: something of `objects` is not there, not rolled out, or
/// differs in more than images. Throws Error (kDeploy) as wait_for_rollout does.
std::optional<size_t> sync_images(const KubeApi& api, const std::vector<Object>& objects,
                                  const Waiting& waiting, std::stop_token stop);

}  // namespace harness
