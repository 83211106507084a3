#pragma once

#include <stop_token>

#include "cluster/kube_api.h"
#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Whether this is a ConfigMap or Secret whose contents never change
/// (https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable).
bool is_immutable_config(const GroupKind& type, const nlohmann::json& object);

/// Deletes what has pods that name a ConfigMap or Secret, each at the top of its controllers, and waits until
/// no pod names it. A node keeps what it has read of an immutable one for as long as one of its pods names
/// it: a new pod beside an old one would be given the old contents, whatever the cluster has by now. Throws
/// Error (kDeploy) with the name of a pod that still does at `waiting.deadline`.
void remove_users(const KubeApi& api, const Object& config, const Waiting& waiting, std::stop_token stop);

}  // namespace harness
