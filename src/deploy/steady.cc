#include "deploy/steady.h"

#include <algorithm>
#include <ctime>
#include <map>

#include "base/error.h"
#include "base/pause.h"
#include "cluster/workload_kinds.h"
#include "deploy/install_order.h"
#include "deploy/rollout.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kBetweenLooks{100};
/// What has run for longer did not end because of how it was started.
constexpr std::chrono::seconds kSoonAfterStart{30};

/// By how much what the API shows may be wrong: times are whole seconds, and the kubelet looks at its
/// containers once a second.
constexpr std::chrono::seconds kInexact{3};

/// Seconds since 1970 of "2026-11-28T05:37:06Z", nothing where it is none.
std::optional<std::chrono::seconds> time_of(const std::string& text) {
  std::tm time{};
  if (!strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time)) return std::nullopt;
  return std::chrono::seconds(timegm(&time));
}

/// Containers on probation, by their ids: since when this process has seen them run. The node's clock may be
/// another one.
using Seen = std::map<std::string, Clock::time_point>;

/// What of a pod is not as it was rolled out; empty where nothing is.
std::string unsteady(const Json& pod, Seen& seen, Clock::time_point now) {
  const auto policy = text_at(pod, "/spec/restartPolicy");
  const bool may_end = !policy.empty() && policy != "Always";
  if (is_ending(pod) || has_ended(pod) || may_end) return "";
  for (const auto& status : list_at(pod, "/status/containerStatuses")) {
    const std::string title = "pod " + name_of(pod) + ": container " + text_at(status, "/name");
    if (!text_at(status, "/state/waiting/reason").empty() ||
        status.contains(Json::json_pointer("/state/terminated")))
      return title + " does not run any more";
    if (!status.value("ready", true)) return title + " is not ready any more";
    for (const auto& spec : list_at(pod, "/spec/containers")) {
      if (text_at(spec, "/name") != text_at(status, "/name")) continue;
      const auto time = probation(spec, status);
      if (time == time.zero()) continue;
      const auto began =
          time_of(text_at(status, "/state/running/startedAt")).value_or(std::chrono::seconds(0));
      const auto here = std::chrono::system_clock::now().time_since_epoch() - began;
      const auto since = seen.try_emplace(text_at(status, "/containerID"), now).first->second;
      if (here <= time && now - since <= time) return title + " ended soon after its start, and runs again";
    }
  }
  return "";
}

std::string collection_of(const KubeApi& api, const Object& object, std::stop_token stop) {
  const auto* kind = workload_kind(type_of(object.api_version, object.kind));
  return kind ? kind->collection(object.name_space)
              : api.collection(object.api_version, object.kind, object.name_space, stop);
}

/// Why an object is not as it was deployed; empty where it is.
std::string unsteady(const KubeApi& api, const Object& object, Snapshot& snapshot, Seen& seen,
                     std::stop_token stop) {
  const auto type = type_of(object.api_version, object.kind);
  if (is_workload(type)) {
    const auto* workload =
        type.group == "batch" ? nullptr : snapshot.find(collection_of(api, object, stop), object.name, stop);
    if (!workload) return "";
    for (const auto* pod : snapshot.pods_of(type, *workload, stop))
      if (const auto what = unsteady(*pod, seen, Clock::now()); !what.empty()) return what;
    return "";
  }
  if (install_rank(object) < kCustomRank || !api.knows(object.api_version, object.kind, stop)) return "";
  const auto* stored = snapshot.find(collection_of(api, object, stop), object.name, stop);
  if (!stored || is_ending(*stored)) return "";
  const auto rollout = rollout_of(type, *stored, object.ready);
  return rollout.complete ? "" : object.kind + " " + object.name + ": " + rollout.message + rollout.failure;
}

}  // namespace

std::chrono::seconds probation(const Json& spec, const Json& status) {
  const auto from = time_of(text_at(status, "/lastState/terminated/startedAt")),
             to = time_of(text_at(status, "/lastState/terminated/finishedAt"));
  // What went with its node has the reason Unknown: that was not its own end.
  if (!from || !to || text_at(status, "/lastState/terminated/reason") == "Unknown" ||
      spec.contains("readinessProbe"))
    return {};
  const auto ran = *to - *from;
  return ran <= kSoonAfterStart ? ran + kInexact : std::chrono::seconds(0);
}

bool wait_until_steady(const KubeApi& api, Snapshot& now, const std::vector<Object>& objects,
                       const Waiting& waiting, std::stop_token stop) {
  std::optional<Snapshot> later;
  auto* looked_at = &now;
  for (Seen seen;; looked_at = &later.emplace(api)) {
    std::string why;
    std::vector<const Object*> to_wait_for;
    for (const auto& object : objects)
      if (auto what = unsteady(api, object, *looked_at, seen, stop); !what.empty()) {
        why = std::move(what);
        to_wait_for.push_back(&object);
      }
    if (to_wait_for.empty()) return looked_at != &now;
    waiting.on_progress(why);
    for (const auto* object : to_wait_for) {
      const auto collection = collection_of(api, *object, stop);
      const Json stored = api.get(collection + "/" + object->name, stop);
      if (stored.is_object()) wait_for_rollout(api, {*object, collection, stored}, waiting, stop);
    }
    if (Clock::now() > waiting.deadline)
      throw Error(why, {.hint = "its log says why; a readinessProbe tells when it can be used",
                        .exit_code = kDeploy});
    if (pause_for(kBetweenLooks, stop)) throw Cancelled();
  }
}

}  // namespace harness
