#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cluster/objects.h"
#include "cluster/pod_owners.h"
#include "deploy/revision.h"

namespace harness {

/// Whether pods of an older template stay until somebody deletes them, however long one waits: of a
/// ReplicaSet, a ReplicationController, a CronJob's Jobs, and of a StatefulSet or DaemonSet with
/// `updateStrategy: OnDelete`.
bool keeps_old_pods(const GroupKind& type, const nlohmann::json& workload);

/// The names of those of a workload's `pods` that have to be deleted, since no controller does it: the old
/// ones of such a workload; and the old ones of a StatefulSet that are not ready, for which its controller
/// waits before it replaces any
/// (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback).
std::vector<std::string> pods_to_replace(const GroupKind& type, const nlohmann::json& workload,
                                         const std::vector<const nlohmann::json*>& pods,
                                         const Revision& newest);

/// Whether a ReplicaSet or ReplicationController, whose status counts old pods too, has all its pods, each
/// new and ready. True for any other workload, whose status tells.
bool has_only_new_pods(const GroupKind& type, const nlohmann::json& workload,
                       const std::vector<const nlohmann::json*>& pods, const Revision& newest);

/// The names of the Jobs that a CronJob started from an older template; running or ended, what they did is of
/// before.
std::vector<std::string> jobs_of_older_template(const nlohmann::json& cron_job,
                                                const PodOwners::Objects& jobs);

}  // namespace harness
