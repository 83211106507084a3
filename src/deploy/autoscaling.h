#pragma once

#include <set>
#include <vector>

#include "cluster/objects.h"
#include "deploy/manifest.h"

namespace harness {

/// The workloads whose number of pods an autoscaler of `objects` sets: a HorizontalPodAutoscaler, or KEDA's
/// ScaledObject.
std::set<Identity> autoscaled(const std::vector<Object>& objects);

/// Whether `applied` is a workload with replicas that leaves them to an autoscaler.
bool leaves_replicas(const GroupKind& type, const nlohmann::json& applied);

/// Leaves the replicas of what is autoscaled out, so that they are not set back with each apply
/// (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling),
/// and writes those of all else down, 1 if the manifest does not say: what somebody scaled by hand is scaled
/// back.
void settle_replicas(Object& object, const std::set<Identity>& autoscaled);

}  // namespace harness
