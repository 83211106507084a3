#include "deploy/freshness.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "cluster/label_selector.h"
#include "cluster/workload_kinds.h"
#include "deploy/anew.h"
#include "deploy/autoscaling.h"
#include "deploy/install_order.h"
#include "deploy/render/hooks.h"
#include "deploy/replacement.h"
#include "deploy/revision.h"
#include "deploy/rollout.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using Images = std::map<std::string, std::string>;  ///< by container, init containers too

const GroupKind kJob{"batch", "Job"}, kCronJob{"batch", "CronJob"}, kPod{"", "Pod"}, kService{"", "Service"};

Images images_of(const Json& pod_template) {
  Images images;
  for (const auto* container : containers_of(json_at(pod_template, "/spec")))
    images[text_at(*container, "/name")] = text_at(*container, "/image");
  return images;
}

/// The status of a container, or of an init container, of that name; null if there is none.
const Json& status_of(const Json& pod, const std::string& container) {
  static const Json none;
  for (const char* list : {"/status/initContainerStatuses", "/status/containerStatuses"})
    for (const auto& status : list_at(pod, list))
      if (text_at(status, "/name") == container) return status;
  return none;
}

/// One look at the cluster.
class Look {
 public:
  Look(Snapshot& snapshot, const std::vector<Object>& objects, const ConfigDigests& configs,
       std::stop_token stop)
      : snapshot_(snapshot), configs_(configs), stop_(std::move(stop)) {
    for (const auto& object : objects)
      if (type_of(object.api_version, object.kind) == kPod)
        declared_.insert(object.name_space + "/" + object.name);
  }

  void workload(const Object& object, const WorkloadKind& kind, bool is_synced) {
    const auto title = Identity{kind.type, object.name_space, object.name}.title();
    const auto* found = snapshot_.find(kind.collection(object.name_space), object.name, stop_);
    if (is_deleted_when_done(kind.type, object.body) && (!found || is_ending(*found))) return;
    if (!found) {
      found_.add(title + " is missing", false);
      return;
    }
    const auto wanted = images_of(json_at(object.body, kind.pod_template));
    if (!is_synced) {
      const auto has = images_of(json_at(*found, kind.pod_template));
      for (const auto& [container, image] : wanted)
        if (const auto one = has.find(container); one == has.end() || one->second != image)
          found_.add(fmt::format("{} has {} in container {}, not {}", title,
                                 one == has.end() ? "nothing" : one->second, container, image),
                     false);
      if (template_hash(json_at(object.body, kind.pod_template)) !=
          template_hash(json_at(*found, kind.pod_template)))
        found_.add(title + " was made from another template", false);
      const bool may_scale = leaves_replicas(kind.type, object.body) && is_observed(*found);
      if (const auto rollout = rollout_of(kind.type, *found, object.ready); !rollout.complete && !may_scale)
        found_.add(title + ": " + (rollout.failure.empty() ? rollout.message : rollout.failure),
                   rollout.failure.empty());
    }
    const auto list = [this](const std::string& collection) -> const auto& {
      return snapshot_.all(collection, stop_);
    };
    const auto newest = Revision::of(kind.type, *found, list);
    const Wanted as{kind.type, title,     wanted,
                    newest,    is_synced, kind.type == kCronJob || leaves_replicas(kind.type, object.body)};
    for (const auto* one : snapshot_.pods_of(kind.type, *found, stop_)) pod(*one, as);
    if (kind.type == kCronJob)
      for (const auto& name :
           jobs_of_older_template(*found, list("/apis/batch/v1/namespaces/" + object.name_space + "/jobs")))
        found_.add(fmt::format("{} has started job {} from an older template", title, name), false);
  }

  /// What its controller starts and ends is its business; what it has ended may answer until it is gone.
  void custom(const Object& object) {
    const Identity id{type_of(object.api_version, object.kind), object.name_space, object.name};
    const Json owner{{"metadata", {{"name", object.name}, {"namespace", object.name_space}}}};
    for (const auto* pod : snapshot_.pods_of(id.type, owner, stop_)) {
      const auto full = namespace_of(*pod) + "/" + name_of(*pod);
      if (is_ending(*pod) && told_.insert(full).second)
        found_.add(fmt::format("pod {} of {} is still ending", full, id.title()), true);
    }
  }

  /// Requests that reach it through the Service would be answered by what nobody has deployed.
  void service(const Object& object) {
    const auto selector = LabelSelector::of(kService, object.body);
    for (const auto& [name, pod] :
         snapshot_.all("/api/v1/namespaces/" + object.name_space + "/pods", stop_)) {
      const auto full = object.name_space + "/" + name;
      if (!selector.selects(pod) || has_ended(pod) || !controller_of(pod).is_null() ||
          declared_.contains(full) || !told_.insert(full).second)
        continue;
      found_.add(
          fmt::format(
              "pod {} belongs to no component, but Service {} leads to it: kubectl -n {} delete pod {}", full,
              object.name, object.name_space, name),
          is_ending(pod));
    }
  }

  Stale found() { return std::move(found_); }

 private:
  /// What a workload's pods are to be.
  struct Wanted {
    const GroupKind& type;
    const std::string& title;
    const Images& images;
    const Revision& newest;
    bool is_synced;
    bool may_start;  ///< a schedule or an autoscaler may start another one at any time
  };

  void pod(const Json& pod, const Wanted& wanted) {
    const auto full = namespace_of(pod) + "/" + name_of(pod);
    if (wanted.type != kPod && controller_of(pod).is_null() && declared_.contains(full))
      return;  // it is looked at for itself
    const auto [what, may_pass] = problem(pod, wanted);
    if (!what.empty() && told_.insert(full).second) found_.add("pod " + full + " " + what, may_pass);
  }

  struct Problem {
    std::string what = {};
    bool may_pass = false;
  };

  Problem problem(const Json& pod, const Wanted& wanted) const {
    const auto& type = wanted.type;
    const bool runs_once = type == kJob || type == kCronJob || type == kPod;
    const bool is_new = wanted.is_synced || wanted.newest.has(pod);
    // One of the newest revision may end at any time: an autoscaler, a schedule, somebody with kubectl.
    if (is_ending(pod) && (!is_new || type == kJob || type == kPod))
      return {runs_once ? "is still ending" : "is of an older revision, and still ending", true};
    if (has_ended(pod) && !runs_once) return {};  // its controller has another in its place
    if (controller_of(pod).is_null() && type != kPod)
      return {fmt::format(
                  "belongs to no component, but is selected like those of {}: kubectl -n {} delete pod {}",
                  wanted.title, namespace_of(pod), name_of(pod)),
              is_ending(pod)};
    if (!is_new)
      return {"is of an older revision",
              true};  // the garbage collector takes a moment for those whose controller was deleted
    const auto asked = images_of(pod);
    for (const auto& [container, image] : wanted.images) {
      const Json& status = status_of(pod, container);
      if (text_at(status, "/imageID").empty()) {
        if (has_ended(pod)) continue;  // it never ran
        const auto one = asked.find(container);
        if (wanted.may_start && one != asked.end() && one->second == image)
          continue;  // it has just been started
      }
      if (const auto other = difference_of_image(status, image, configs_); !other.empty())
        return {fmt::format("{} in container {}, not {}", other, container, image),
                text_at(status, "/imageID").empty()};
    }
    return {};
  }

  Snapshot& snapshot_;
  const ConfigDigests& configs_;
  const std::stop_token stop_;
  std::set<std::string> declared_;  ///< Pods of manifests
  std::set<std::string> told_;      ///< pods
  Stale found_;
};

}  // namespace

void Stale::add(std::string line, bool passes) {
  lines.push_back(std::move(line));
  may_pass = may_pass && passes;
}

Stale stale(Snapshot& snapshot, const std::vector<Object>& objects, const std::vector<Object>& synced,
            const ConfigDigests& configs, std::stop_token stop) {
  auto all = objects;
  all.insert(all.end(), synced.begin(), synced.end());
  Look look(snapshot, all, configs, stop);
  for (const auto* part : {&objects, &synced})
    for (const auto& object : *part) {
      if (hook_of(object)) continue;  // it ran when all else was deployed, and may be deleted
      const auto type = type_of(object.api_version, object.kind);
      if (const auto* kind = workload_kind(type); kind && kind->makes_pods)
        look.workload(object, *kind, part == &synced);
      else if (install_rank(object) == kCustomRank)
        look.custom(object);
    }
  for (const auto& object : all)
    if (type_of(object.api_version, object.kind) == kService) look.service(object);
  return look.found();
}

}  // namespace harness
