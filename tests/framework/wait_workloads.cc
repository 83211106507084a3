// wait.h: objects that make pods. They say little of their own when a pod does not start, so both are
// watched.
#include <fmt/format.h>

#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "framework/pod_state.h"
#include "framework/step.h"
#include "framework/wait.h"

namespace test {

using nlohmann::json;

namespace {

/// Waits for a workload until `holds`; ends when `on_pod`, which gets each pod of `selector`, throws.
class WorkloadWait {
 public:
  WorkloadWait(const Ref& workload, std::string selector, std::chrono::milliseconds deadline)
      : workload_(workload),
        selector_(std::move(selector)),
        deadline_(scaled(deadline)),
        end_(std::chrono::steady_clock::now() + deadline_) {}

  void run(const std::string& wanted, const std::function<bool(const json&, std::string&)>& holds,
           const std::function<void(const json&)>& on_pod) {
    const Ref pods{.kind = "Pod", .name_space = workload_.name_space};
    {
      const std::jthread beside([&] {
        watch(pods, selector_, [&](const std::string& type, const json& pod) {
          if (pod.is_null()) return false;
          const std::string name = pod.at("metadata").at("name");
          pods_[name] = type == "DELETED" ? "deleted" : pod_state(pod);
          note_seen(seen_ + pods_seen());
          if (type != "DELETED") on_pod(pod);
          return false;
        });
      });
      watch(workload_, "", [&](const std::string& type, const json& object) {
        if (object.is_null()) return false;
        if (type == "DELETED") throw std::runtime_error(to_string(workload_) + " was deleted");
        done_ = holds(object, seen_);
        note_seen(seen_ + pods_seen());
        return done_;
      });
    }
    if (done_) return;
    if (thrown_) std::rethrow_exception(thrown_);
    throw std::runtime_error(fmt::format("{} is not {} within {} ms; last seen: {}{}", to_string(workload_),
                                         wanted, deadline_.count(), seen_, pods_seen()));
  }

 private:
  void watch(const Ref& what, const std::string& selector, const Cluster::OnEvent& on_event) {
    try {
      cluster().watch(
          what, selector, end_,
          [&](const std::string& type, const json& object) {
            const std::lock_guard lock(mutex_);
            return on_event(type, object);
          },
          stop_.get_token());
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!thrown_) thrown_ = std::current_exception();
    }
    stop_.request_stop();
  }

  std::string pods_seen() const {
    std::string text;
    for (const auto& [name, state] : pods_) text += "\n  Pod " + name + ": " + state;
    return text;
  }

  const Ref workload_;
  const std::string selector_;
  const std::chrono::milliseconds deadline_;
  const Cluster::TimePoint end_;
  std::mutex mutex_;
  std::stop_source stop_;
  std::string seen_ = "nothing";
  std::map<std::string, std::string> pods_;  ///< name -> state
  bool done_ = false;
  std::exception_ptr thrown_;
};

void fail_where_it_cannot_start(const json& pod, const Ref& workload) {
  const auto why = why_it_cannot_start(pod);
  if (why.empty()) return;
  const Ref ref{.kind = "Pod", .name_space = workload.name_space, .name = pod.at("metadata").at("name")};
  throw std::runtime_error(fmt::format("{} cannot be complete: {} cannot start: {}\nevents:\n{}",
                                       to_string(workload), to_string(ref), why, events_of(ref)));
}

json must_get(const Ref& ref) {
  auto object = cluster().get(ref);
  if (object.is_null()) throw std::runtime_error(to_string(ref) + " is not there");
  return object;
}

/// False for a pod of an older version, which may well be broken while the new one comes up.
bool is_newest(const json& pod, const Ref& deployment) {
  constexpr const char* kRevision = "deployment.kubernetes.io/revision";
  for (const auto& owner : pod.at("metadata").value("ownerReferences", json::array())) {
    const auto set = cluster().get({.api_version = "apps/v1",
                                    .kind = "ReplicaSet",
                                    .name_space = deployment.name_space,
                                    .name = owner.value("name", "")});
    const auto revision = [&](const json& object) {
      return object.at("metadata").value("annotations", json::object()).value(kRevision, "");
    };
    const auto now = must_get(deployment);
    if (set.is_null() || revision(set) != revision(now) ||
        now.value("/status/observedGeneration"_json_pointer, 0) < now.at("metadata").value("generation", 0))
      return false;
  }
  return true;
}

/// As `kubectl rollout status` does it.
bool is_complete(const json& deployment, std::string& seen) {
  const auto status = deployment.value("status", json::object());
  const int wanted = deployment.value("/spec/replicas"_json_pointer, 1);
  const int all = status.value("replicas", 0), updated = status.value("updatedReplicas", 0),
            available = status.value("availableReplicas", 0);
  seen = fmt::format("{} of {} replicas are new, {} old, {} available", updated, wanted, all - updated,
                     available);
  if (status.value("observedGeneration", 0) < deployment.at("metadata").value("generation", 0)) return false;
  for (const auto& one : status.value("conditions", json::array()))
    if (one.value("reason", "") == "ProgressDeadlineExceeded")
      throw std::runtime_error(fmt::format("{} gave up: {}; last seen: {}", to_string(ref_of(deployment)),
                                           one.value("message", ""), seen));
  return updated >= wanted && all == updated && available >= updated;
}

}  // namespace

void wait_until_deployment_complete(const Ref& deployment, std::chrono::milliseconds deadline) {
  std::string selector;
  const auto labels = must_get(deployment).value("/spec/selector/matchLabels"_json_pointer, json::object());
  for (const auto& [name, value] : labels.items())
    selector += (selector.empty() ? "" : ",") + name + "=" + value.get<std::string>();
  WorkloadWait(deployment, selector, deadline).run("complete", is_complete, [&](const json& pod) {
    if (!why_it_cannot_start(pod).empty() && is_newest(pod, deployment))
      fail_where_it_cannot_start(pod, deployment);
  });
}

std::string wait_until_job_done(const Ref& job, std::chrono::milliseconds deadline) {
  std::string result;
  WorkloadWait(job, "job-name=" + must_get(job).at("metadata").at("name").get<std::string>(), deadline)
      .run(
          "done",
          [&](const json& object, std::string& seen) {
            const auto status = object.value("status", json::object());
            seen = fmt::format("{} active, {} succeeded, {} failed", status.value("active", 0),
                               status.value("succeeded", 0), status.value("failed", 0));
            if (condition(object, "Complete") == "True") result = "Succeeded";
            if (condition(object, "Failed") == "True") result = "Failed";
            return !result.empty();
          },
          [&](const json& pod) { fail_where_it_cannot_start(pod, job); });
  return result;
}

}  // namespace test
