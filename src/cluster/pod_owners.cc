#include "cluster/pod_owners.h"

#include <algorithm>

#include "cluster/label_selector.h"

namespace harness {

using Json = nlohmann::json;

PodOwners::PodOwners(const Objects& pods, const Objects& replica_sets, const Objects& jobs) {
  // What is asked for by uid: a ReplicaSet that was made anew has the name of another.
  std::map<std::string, const Json*> between;
  for (const auto* objects : {&replica_sets, &jobs})
    for (const auto& [name, object] : *objects) between[uid_of(object)] = &object;
  for (const auto& [name, pod] : pods) {
    Owned owned{&pod, {uid_of(pod)}};
    const Json* last = &pod;
    while (last) {
      const Json& controller = controller_of(*last);
      owned.is_orphan = controller.is_null();
      if (owned.is_orphan) break;
      const auto uid = text_at(controller, "/uid");
      const auto found = between.find(uid);
      owned.root_type = type_of(controller);
      owned.root_name = text_at(controller, "/name");
      // One of these two that is not there any more: what it owned is deleted in a moment.
      owned.is_orphan = found == between.end() && (owned.root_type == GroupKind{"apps", "ReplicaSet"} ||
                                                   owned.root_type == GroupKind{"batch", "Job"});
      if (std::find(owned.chain.begin(), owned.chain.end(), uid) != owned.chain.end()) break;
      owned.chain.push_back(uid);
      last = found == between.end() ? nullptr : found->second;
    }
    pods_.push_back(std::move(owned));
  }
}

std::vector<const Json*> PodOwners::of(const GroupKind& type, const Json& workload) const {
  const auto uid = uid_of(workload);
  const auto selector = LabelSelector::of(type, workload);
  std::vector<const Json*> found;
  for (const auto& one : pods_) {
    const bool is_owned =
        !uid.empty() && std::find(one.chain.begin(), one.chain.end(), uid) != one.chain.end();
    const bool is_of_predecessor = one.root_type == type && one.root_name == name_of(workload);
    if (is_owned || is_of_predecessor || (one.is_orphan && selector.selects(*one.pod)))
      found.push_back(one.pod);
  }
  return found;
}

std::vector<const Json*> jobs_of(const Json& cron_job, const PodOwners::Objects& jobs) {
  std::vector<const Json*> found;
  for (const auto& [name, job] : jobs)
    if (text_at(controller_of(job), "/uid") == uid_of(cron_job)) found.push_back(&job);
  return found;
}

}  // namespace harness
