#include "deploy/restart.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "base/error.h"
#include "base/pause.h"
#include "cluster/workload_kinds.h"
#include "deploy/removal.h"
#include "deploy/snapshot.h"

namespace harness {

namespace {

using Json = nlohmann::json;

const GroupKind kPod{"", "Pod"}, kJob{"batch", "Job"}, kCronJob{"batch", "CronJob"};

constexpr std::chrono::milliseconds kBetweenLooks{100};

/// Their uids: the one that follows may have its name.
using Pods = std::set<std::string>;

/// Deletes the pods that the controllers of a workload will make again.
void delete_pods(const KubeApi& api, const Object& object, const Json& stored, Snapshot& snapshot,
                 std::map<std::string, Pods>& ending, std::stop_token stop) {
  const auto type = type_of(object.api_version, object.kind);
  const auto collection = workload_kind(kPod)->collection(object.name_space);
  for (const auto* pod : snapshot.pods_of(type, stored, stop)) {
    if (controller_of(*pod).is_null()) continue;  // nobody's: it would not come again
    api.remove(collection + "/" + name_of(*pod), stop);
    ending[collection].insert(uid_of(*pod));
  }
}

void wait_until_ended(const KubeApi& api, const std::string& collection, const Pods& pods,
                      const Waiting& waiting, std::stop_token stop) {
  for (;;) {
    const Json list = api.get(collection, stop);
    std::string left;
    size_t count = 0;
    for (const auto& pod : list_at(list, "/items")) {
      if (!pods.contains(uid_of(pod))) continue;
      left = name_of(pod);
      ++count;
    }
    if (count == 0) return;
    waiting.on_progress(fmt::format("{} of {} pods still have to end", count, pods.size()));
    if (std::chrono::steady_clock::now() > waiting.deadline)
      throw Error(
          "pod " + left + " does not end in time",
          {.hint = "let the program end on SIGTERM, or lower terminationGracePeriodSeconds in its manifest",
           .exit_code = kDeploy});
    if (pause_for(kBetweenLooks, stop)) throw Cancelled();
  }
}

/// What has pods, of Kubernetes' own kinds or of an operator's.
bool may_have_pods(const GroupKind& type) {
  const auto* kind = workload_kind(type);
  return kind ? kind->makes_pods : type.group.find('.') != std::string::npos;
}

}  // namespace

void end_pods(const KubeApi& api, const std::vector<Object>& objects, const Waiting& waiting,
              std::stop_token stop) {
  Snapshot snapshot(api);
  std::map<std::string, Pods> ending;
  bool any = false;
  for (const auto& object : objects) {
    const auto type = type_of(object.api_version, object.kind);
    if (!may_have_pods(type) || !api.knows(object.api_version, object.kind, stop) ||
        api.is_cluster_wide(object.api_version, object.kind, stop))
      continue;
    const auto collection = api.collection(object.api_version, object.kind, object.name_space, stop);
    const auto* stored = snapshot.find(collection, object.name, stop);
    if (!stored) continue;
    const auto remove = [&](const GroupKind& which, const std::string& name) {
      any = true;
      remove_and_wait(api, which, workload_kind(which)->collection(object.name_space) + "/" + name,
                      which.kind + " " + name, waiting, stop);
    };
    if (type == kPod || type == kJob)
      remove(type, object.name);
    else if (type == kCronJob)
      for (const auto* job :
           jobs_of(*stored, snapshot.all(workload_kind(kJob)->collection(object.name_space), stop)))
        remove(kJob, name_of(*job));
    else
      delete_pods(api, object, *stored, snapshot, ending, stop);
  }
  for (const auto& [collection, pods] : ending) wait_until_ended(api, collection, pods, waiting, stop);
  if (ending.empty() && !any && waiting.on_notice) waiting.on_notice("it has no pods to restart");
}

}  // namespace harness
