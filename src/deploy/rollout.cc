#include "deploy/rollout.h"

#include <fmt/format.h>

#include <optional>

#include "cluster/kstatus.h"
#include "cluster/label_selector.h"
#include "cluster/workload_kinds.h"

namespace harness {

namespace {

using Json = nlohmann::json;

std::string count(int64_t have, int64_t want, const std::string& what) {
  return fmt::format("{} of {} {}", have, want, what);
}

constexpr const char* kUnseen = "waiting for the controller to see the change";

Rollout of_replicas(const Json& object, int64_t wanted, const char* updated_field,
                    const char* available_field, int64_t total) {
  if (!is_observed(object)) return {.message = kUnseen};
  const int64_t updated = number_at(object, updated_field);
  const int64_t available = number_at(object, available_field);
  if (updated < wanted) return {.message = count(updated, wanted, "pods are updated")};
  if (total > updated)
    return {.message = count(total - updated, total, "pods are old ones that still have to end")};
  if (available < wanted) return {.message = count(available, wanted, "pods are available")};
  return {.complete = true};
}

int64_t replicas_of(const Json& object) { return number_at(object, "/spec/replicas", 1); }

Rollout of_deployment(const Json& object) {
  auto rollout = of_replicas(object, replicas_of(object), "/status/updatedReplicas",
                             "/status/availableReplicas", number_at(object, "/status/replicas"));
  if (rollout.complete || !is_observed(object)) return rollout;
  const bool is_stuck = text_at(condition_of(object, "Progressing"), "/status") == "False";
  if (flag_at(object, "/spec/paused") && number_at(object, "/status/updatedReplicas") < replicas_of(object)) {
    rollout.failure = "it is paused, and no pod of it is replaced";
    rollout.hint = "leave paused: out of its manifest";
  } else if (is_stuck) {
    rollout.failure = text_at(condition_of(object, "Progressing"), "/message");
  }
  return rollout;
}

/// Pods below the partition stay what they are, whatever the template says
/// (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#partitions).
std::string kept_by_partition(const Json& set) {
  const int64_t partition = number_at(set, "/spec/updateStrategy/rollingUpdate/partition"),
                replicas = replicas_of(set);
  const int64_t updated = number_at(set, "/status/updatedReplicas");
  const bool has_older = text_at(set, "/status/updateRevision") != text_at(set, "/status/currentRevision");
  if (partition == 0 || !has_older || updated >= replicas || updated < replicas - partition) return "";
  return fmt::format("its updateStrategy's partition {} keeps {} pods of an older revision", partition,
                     replicas - updated);
}

Rollout of_stateful_set(const Json& object) {
  auto rollout = of_replicas(object, replicas_of(object), "/status/updatedReplicas",
                             "/status/availableReplicas", number_at(object, "/status/replicas"));
  if (!is_observed(object)) return rollout;
  if (const auto kept = kept_by_partition(object); !kept.empty())
    return {.message = rollout.message,
            .failure = kept,
            .hint = "leave partition: out of its manifest: tests would meet both revisions"};
  // currentRevision trails while old pods are replaced one by one; where that is left to others it never
  // follows.
  const bool follows = text_at(object, "/spec/updateStrategy/type") != "OnDelete";
  if (rollout.complete && follows &&
      text_at(object, "/status/updateRevision") != text_at(object, "/status/currentRevision"))
    return {.message = "waiting for the last pods of the old revision"};
  return rollout;
}

Rollout of_daemon_set(const Json& object) {
  const int64_t wanted = number_at(object, "/status/desiredNumberScheduled");
  return of_replicas(object, wanted, "/status/updatedNumberScheduled", "/status/numberAvailable",
                     number_at(object, "/status/currentNumberScheduled"));
}

/// A ReplicaSet and a ReplicationController know no revisions: its pods are looked at one by one
/// (deploy/replacement).
Rollout of_replica_set(const Json& object) {
  if (!is_observed(object)) return {.message = kUnseen};
  const int64_t wanted = replicas_of(object), there = number_at(object, "/status/replicas"),
                available = number_at(object, "/status/availableReplicas");
  if (there != wanted) return {.message = count(there, wanted, "pods are there")};
  if (available < wanted) return {.message = count(available, wanted, "pods are available")};
  return {.complete = true};
}

Rollout of_job(const Json& object) {
  if (has_condition(object, "Complete")) return {.complete = true};
  if (const Json& failed = condition_of(object, "Failed"); has_condition(object, "Failed")) {
    const auto reason = text_at(failed, "/reason");
    return {
        .failure = "the job failed: " + (reason.empty() ? "" : reason + ": ") + text_at(failed, "/message"),
        .hint = "fix what its log shows: the next run recreates it"};
  }
  if (flag_at(object, "/spec/suspend")) {
    if (is_applied_here(object, "/spec/suspend")) return {.complete = true};  // nothing of it is to run
    return {.message = "the job is suspended",
            .hint = "something in the cluster has suspended it, and must resume it"};
  }
  if (number_at(object, "/spec/parallelism", 1) == 0)
    return {.failure = "its parallelism is 0: no pod is started",
            .hint = "leave parallelism: out of its manifest"};
  return {.message = "the job is running"};
}

/// Why a pod's containers ended: "container web: exit code 3 (OOMKilled)".
std::string ends_of_pod(const Json& pod) {
  std::string text;
  for (const char* list : {"/status/initContainerStatuses", "/status/containerStatuses"})
    for (const auto& status : list_at(pod, list))
      if (const auto code = number_at(status, "/state/terminated/exitCode"); code != 0) {
        const auto reason = text_at(status, "/state/terminated/reason");
        text +=
            fmt::format("{}container {}: exit code {}{}", text.empty() ? "" : "; ", text_at(status, "/name"),
                        code, reason.empty() || reason == "Error" ? "" : " (" + reason + ")");
      }
  return text;
}

Rollout of_pod(const Json& object) {
  const std::string phase = text_at(object, "/status/phase");
  if (phase == "Failed") {
    auto why = text_at(object, "/status/reason");
    if (const auto message = text_at(object, "/status/message"); !message.empty())
      why += (why.empty() ? "" : ": ") + message;
    if (why.empty()) why = ends_of_pod(object);
    return {.failure = "the pod failed: " + why, .hint = "fix what its log shows: the next run recreates it"};
  }
  const Json& observed = json_at(object, "/status/observedGeneration");
  if (observed.is_number() && !is_observed(object))
    return {.message = "waiting for the kubelet to see the change"};
  if (phase == "Succeeded" || is_ready(object)) return {.complete = true};
  return {.message = "the pod is " + (phase.empty() ? "not started yet" : phase)};
}

Rollout of_status(const ObjectStatus& status) {
  switch (status.state) {
    case ObjectStatus::State::current:
      return {.complete = true};
    case ObjectStatus::State::failed:
      return {.failure = status.message, .hint = status.hint};
    default:
      return {.message = status.message, .hint = status.hint};
  }
}

/// Nothing for any other type.
std::optional<Rollout> of_workload(const GroupKind& type, const Json& object) {
  if (type == GroupKind{"apps", "Deployment"}) return of_deployment(object);
  if (type == GroupKind{"apps", "StatefulSet"}) return of_stateful_set(object);
  if (type == GroupKind{"apps", "DaemonSet"}) return of_daemon_set(object);
  if (type == GroupKind{"apps", "ReplicaSet"} || type == GroupKind{"", "ReplicationController"})
    return of_replica_set(object);
  if (type == GroupKind{"batch", "Job"}) return of_job(object);
  if (type == GroupKind{"", "Pod"}) return of_pod(object);
  return std::nullopt;
}

}  // namespace

Rollout rollout_of(const GroupKind& type, const Json& object, const std::string& ready) {
  // A Job that is done may be deleted for that (ttlSecondsAfterFinished).
  const bool is_done = type == GroupKind{"batch", "Job"} && has_condition(object, "Complete");
  if (workload_kind(type) && is_ending(object) && !is_done) return {.message = "it is being deleted"};
  const auto rollout = of_workload(type, object);
  if (!rollout) return of_status(kstatus_of(type, object, ready));
  return rollout->complete && !ready.empty() ? of_status(condition_status(object, ready)) : *rollout;
}

bool is_workload(const GroupKind& type) {
  const auto* kind = workload_kind(type);
  return kind && kind->makes_pods;
}

std::string pod_selector(const GroupKind& type, const Json& workload) {
  if (type == GroupKind{"", "Pod"}) return "fieldSelector=metadata.name%3D" + name_of(workload);
  return LabelSelector::of(type, workload).query();
}

}  // namespace harness
