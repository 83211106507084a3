#include "deploy/removal.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/pause.h"
#include "base/text.h"
#include "base/threads.h"
#include "cluster/requests.h"
#include "deploy/install_order.h"
#include "deploy/namespace_end.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetweenLooks{50};
/// How long a controller may take for its finalizer before a user hears of it.
constexpr std::chrono::seconds kUsual{5};

/// Stages are deleted one after the other, each gone before the next.
enum Stage { kAdmission, kCustom, kDefinitions, kRest, kNamespaces };

Stage stage_of(const Identity& id) {
  if (id.type == GroupKind{"", "Namespace"}) return kNamespaces;
  if (id.type == GroupKind{"apiextensions.k8s.io", "CustomResourceDefinition"}) return kDefinitions;
  const int rank = install_rank(id.type.group, id.type.kind);
  return rank == kWebhookRank ? kAdmission : rank == kCustomRank ? kCustom : kRest;
}

int rank_of(const InventoryRecord& record) { return install_rank(record.id.type.group, record.id.type.kind); }

/// Workloads go with their pods. For a type that was only just defined the garbage collector would take half
/// a minute.
KubeApi::Propagation propagation_of(const GroupKind& type) {
  const bool has_pods =
      type.group == "apps" || type.group == "batch" || type == GroupKind{"", "ReplicationController"};
  return has_pods ? KubeApi::Propagation::foreground : KubeApi::Propagation::background;
}

/// One that is being deleted.
struct Leaving {
  std::string path, title;
};

void wait_until_all_gone(const KubeApi& api, std::vector<Leaving> leaving, const Waiting& waiting,
                         std::stop_token stop) {
  const auto began = Clock::now();
  bool said = false;
  for (;;) {
    std::vector<Json> seen(leaving.size());
    side_by_side(leaving.size(), kRequestsAtOnce,
                 [&](size_t i) { seen[i] = api.get(leaving[i].path, stop); });
    Json first;
    std::vector<Leaving> left;
    for (size_t i = 0; i < leaving.size(); ++i) {
      if (seen[i].is_null()) continue;
      if (left.empty()) first = std::move(seen[i]);
      left.push_back(std::move(leaving[i]));
    }
    leaving = std::move(left);
    if (leaving.empty()) return;
    if (waiting.on_progress) waiting.on_progress(leaving[0].title + " is still being deleted");
    const auto now = Clock::now();
    if (now - began > kUsual && !said) {
      said = true;
      if (waiting.on_trouble) waiting.on_trouble(lingering(first, leaving[0].title));
    }
    if (now > waiting.deadline) {
      const auto why = lingering(first, leaving[0].title);
      throw Error(why.cause, {.output_tail = why.evidence, .hint = why.hint, .exit_code = kDeploy});
    }
    if (pause_for(kBetweenLooks, stop)) throw Cancelled();
  }
}

}  // namespace

Diagnosis lingering(const Json& object, const std::string& title) {
  std::vector<std::string> finalizers;
  for (const auto& one : list_at(object, "/metadata/finalizers"))
    if (one.is_string()) finalizers.push_back(one);
  const std::string what = title + " is being deleted but is still there";
  const bool owns = std::find(finalizers.begin(), finalizers.end(), "foregroundDeletion") != finalizers.end();
  std::erase(finalizers, "foregroundDeletion");
  Diagnosis why{
      .cause = what + (finalizers.empty() ? (owns ? ": what it owns is still there" : "")
                                          : ": nothing removes its finalizer " + join(finalizers, ", ")),
      .evidence = json_at(object, "/status").is_object() ? json_at(object, "/status").dump(2) : "",
      .hint = finalizers.empty()
                  ? "look at what it owns: pods may need long to end"
                  : "let what set the finalizer run until the object is gone (a component that is removed, "
                    "or whose pods do not run, cannot remove it), or remove it with kubectl patch",
      .may_pass = true};
  why.evidence = tail(why.evidence, 15);
  return why;
}

void remove_and_wait(const KubeApi& api, const GroupKind& type, const std::string& path,
                     const std::string& title, const Waiting& waiting, std::stop_token stop) {
  api.remove(path, stop, propagation_of(type));
  wait_until_all_gone(api, {{path, title}}, waiting, stop);
}

void remove_objects(const KubeApi& api, const std::vector<InventoryRecord>& records, const Waiting& waiting,
                    std::stop_token stop) {
  std::map<Stage, std::vector<const InventoryRecord*>> stages;
  for (const auto& record : records) stages[stage_of(record.id)].push_back(&record);
  for (auto& [stage, members] : stages) {
    std::stable_sort(members.begin(), members.end(),
                     [](const auto* a, const auto* b) { return rank_of(*a) > rank_of(*b); });
    std::vector<Leaving> leaving;
    std::mutex mutex;
    for (size_t begin = 0, end = 0; begin < members.size(); begin = end) {
      while (end < members.size() && rank_of(*members[end]) == rank_of(*members[begin])) ++end;
      side_by_side(end - begin, kRequestsAtOnce, [&](size_t i) {
        const auto& record = *members[begin + i];
        const auto path = path_of(api, record, stop);
        if (!path) return;  // it has gone with its type
        api.remove(*path, stop, propagation_of(record.id.type));
        const std::lock_guard lock(mutex);
        leaving.push_back({*path, record.id.title()});
      });
    }
    if (stage != kNamespaces) {
      wait_until_all_gone(api, std::move(leaving), waiting, stop);
      continue;
    }
    for (const auto* record : members) wait_for_namespace_to_end(api, record->id.name, waiting, stop);
  }
}

}  // namespace harness
