#include "deploy/replacement.h"

#include <algorithm>

#include "cluster/workload_kinds.h"

namespace harness {

namespace {

using Json = nlohmann::json;

const GroupKind kStatefulSet{"apps", "StatefulSet"}, kDaemonSet{"apps", "DaemonSet"},
    kReplicaSet{"apps", "ReplicaSet"}, kController{"", "ReplicationController"}, kCronJob{"batch", "CronJob"};

}  // namespace

bool keeps_old_pods(const GroupKind& type, const Json& workload) {
  if (type == kReplicaSet || type == kController || type == kCronJob) return true;
  return (type == kStatefulSet || type == kDaemonSet) &&
         text_at(workload, "/spec/updateStrategy/type") == "OnDelete";
}

std::vector<std::string> pods_to_replace(const GroupKind& type, const Json& workload,
                                         const std::vector<const Json*>& pods, const Revision& newest) {
  std::vector<std::string> names;
  const bool keeps = keeps_old_pods(type, workload);
  // What is made anew below a partition is of the older revision again.
  const bool may_be_held_up =
      type == kStatefulSet && number_at(workload, "/spec/updateStrategy/rollingUpdate/partition") == 0;
  if (!is_observed(workload) || (!keeps && !may_be_held_up)) return names;
  for (const auto* pod : pods)
    if (!is_ending(*pod) && !newest.has(*pod) && (keeps || !is_ready(*pod))) names.push_back(name_of(*pod));
  return names;
}

bool has_only_new_pods(const GroupKind& type, const Json& workload, const std::vector<const Json*>& pods,
                       const Revision& newest) {
  if (type != kReplicaSet && type != kController) return true;
  const auto is_new = [&](const Json* pod) { return newest.has(*pod); };
  const auto is_up = [](const Json* pod) { return is_ready(*pod) && !is_ending(*pod); };
  return std::all_of(pods.begin(), pods.end(), is_new) &&
         std::count_if(pods.begin(), pods.end(), is_up) >= number_at(workload, "/spec/replicas", 1);
}

std::vector<std::string> jobs_of_older_template(const Json& cron_job, const PodOwners::Objects& jobs) {
  const auto wanted = template_hash(json_at(cron_job, workload_kind(kCronJob)->pod_template));
  std::vector<std::string> names;
  for (const auto* job : jobs_of(cron_job, jobs))
    if (template_hash(json_at(*job, "/spec/template")) != wanted) names.push_back(name_of(*job));
  return names;
}

}  // namespace harness
