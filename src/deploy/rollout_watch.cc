#include "deploy/rollout_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "cluster/informer.h"
#include "cluster/pod_owners.h"
#include "deploy/replacement.h"
#include "deploy/revision.h"
#include "deploy/rollout.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

/// Between two looks for what is wrong: changes come in crowds, and some causes are only a matter of time.
constexpr std::chrono::milliseconds kBetweenLooks{300};
/// How long an answer of the API is used again: several rules ask for the same.
constexpr std::chrono::milliseconds kFresh{900};
constexpr int kLogLines = 20;
/// What is normal is not said.
constexpr std::chrono::seconds kUsual{5};

/// Answers of the API, kept for a moment. Not thread-safe.
template <typename Answer>
class Recent {
 public:
  template <typename Ask>
  const Answer& get(const std::string& key, Ask ask) {
    auto& [when, answer] = answers_[key];
    if (const auto now = Clock::now(); now - when > kFresh) {
      answer = ask();
      when = now;
    }
    return answer;
  }

 private:
  std::map<std::string, std::pair<Clock::time_point, Answer>> answers_;
};

/// How long an object may be missing before it counts as deleted: a watch that begins shows nothing yet, and
/// what is made anew is gone for a moment.
constexpr std::chrono::seconds kMissing{3};

PodOwners::Objects by_name(const std::vector<Json>& list) {
  PodOwners::Objects objects;
  for (const auto& one : list) objects[name_of(one)] = one;
  return objects;
}

/// One rollout that is waited for.
class RolloutWatch {
 public:
  RolloutWatch(const KubeApi& api, const Applied& applied, const Waiting& waiting, std::stop_token stop)
      : api_(api),
        applied_(applied),
        waiting_(waiting),
        stop_(std::move(stop)),
        type_(type_of(applied.object.api_version, applied.object.kind)),
        title_(applied.object.kind + " " + applied.object.name),
        selector_(pod_selector(type_, applied.stored)) {
    scene_.workload = applied.stored;
    scene_.get = [this](const std::string& path) {
      return objects_.get(path, [&] { return api_.get(path, stop_); });
    };
    scene_.ask = [this](const std::string& path, const Json& body) {
      return objects_.get(path + body.dump(), [&] { return api_.ask(path, body, stop_); });
    };
    scene_.text = [this](const std::string& path) {
      return logs_.get(path, [&] { return api_.get_text(path, stop_); });
    };
    scene_.log = [this](const std::string& pod, const std::string& container) {
      return logs_.get(pod + "/" + container, [&] { return log(pod, container); });
    };
  }

  void wait() {
    enum Query { workload, events, made };
    Informer watches(api_, queries(), stop_);
    for (auto looked = began_;;) {
      const bool is_listed = watches.wait(kBetweenLooks, stop_);
      auto seen = watches.objects(workload);
      if (is_listed && seen.empty() && is_gone()) return;
      if (!seen.empty()) {
        missing_since_.reset();
        rollout_ = rollout_of(type_, seen[0], applied_.object.ready);
        scene_.workload = std::move(seen[0]);
        if (rollout_.complete && !keeps_old_pods(type_, scene_.workload)) return;
        if (!rollout_.message.empty()) waiting_.on_progress(rollout_.message);
      }
      const auto now = Clock::now();
      if (is_listed ? now - looked < kBetweenLooks && rollout_.failure.empty() : now < waiting_.deadline)
        continue;
      looked = now;
      const bool only_new =
          replace_old(selector_.empty() && type_ != kCronJob ? std::vector<Json>{} : watches.objects(made));
      if (is_listed && rollout_.complete && only_new) return;
      take_events(watches.objects(events));
      for (auto& diagnosis : patience_.believe(diagnose(scene_), now)) {
        add_log(diagnosis);
        if (!diagnosis.may_pass && !waiting_.anyway) throw error_of(" cannot start", diagnosis);
        waiting_.on_trouble(diagnosis);
      }
      if (!rollout_.failure.empty())
        throw failed(
            is_workload(type_) ? " cannot be rolled out: " + rollout_.failure : ": " + rollout_.failure,
            rollout_.hint);
      say_if_late(now);
      if (now > waiting_.deadline)
        throw failed(" is not ready in time: " + rollout_.message,
                     rollout_.hint.empty()
                         ? "if it only needs more time, raise the component's timeout: in components.yaml"
                         : rollout_.hint);
    }
  }

 private:
  static inline const GroupKind kCronJob{"batch", "CronJob"}, kJob{"batch", "Job"};

  std::string root() const { return "/api/v1/namespaces/" + applied_.object.name_space; }

  /// Of the object, the events of its namespace, and what is made for it, if it makes anything.
  std::vector<ObjectQuery> queries() const {
    std::vector<ObjectQuery> all{
        {applied_.collection, "fieldSelector=metadata.name%3D" + applied_.object.name},
        {root() + "/events", "fieldSelector=type%3DWarning"}};
    if (!selector_.empty()) all.push_back({root() + "/pods", selector_});
    if (type_ == kCronJob)
      all.push_back({"/apis/batch/v1/namespaces/" + applied_.object.name_space + "/jobs"});
    return all;
  }

  /// Whether a Job ended well and Kubernetes has deleted it since (ttlSecondsAfterFinished). Throws Error if
  /// the object is gone for another reason.
  bool is_gone() {
    const auto now = Clock::now();
    if (!missing_since_) missing_since_ = now;
    if (now - *missing_since_ < kMissing ||
        !api_.get(applied_.collection + "/" + applied_.object.name, stop_).is_null())
      return false;
    if (type_ == kJob) {
      const Json list =
          api_.get(root() + "/events?fieldSelector=involvedObject.uid%3D" + uid_of(scene_.workload), stop_);
      for (const auto& event : list_at(list, "/items"))
        if (text_at(event, "/reason") == "Completed") return true;
    }
    throw failed(" is gone: something has deleted it", "find out what deletes it, then run again");
  }

  /// Once: there are no pods that would tell why another kind of object is not ready.
  void say_if_late(Clock::time_point now) {
    if (is_workload(type_) || said_ || now - began_ < kUsual) return;
    said_ = true;
    waiting_.on_trouble({.cause = title_ + " is not ready yet: " + rollout_.message,
                         .evidence = "",
                         .hint = rollout_.hint,
                         .may_pass = true});
  }

  /// Deletes what nobody else would replace, and keeps the new pods for the rules: an old one may well be
  /// broken, which is why there is a new one. Whether nothing but new ones is left.
  bool replace_old(const std::vector<Json>& made) {
    if (type_ == kCronJob) {
      const auto old = jobs_of_older_template(scene_.workload, by_name(made));
      for (const auto& name : old)
        remove("/apis/batch/v1/namespaces/" + applied_.object.name_space + "/jobs/" + name,
               "job " + name + " of an older template");
      return old.empty();
    }
    const auto pods = by_name(made);
    const auto list = [this](const std::string& collection) -> const PodOwners::Objects& {
      return lists_.get(collection, [&] {
        return by_name(
            list_at(api_.get(collection + "?" + selector_, stop_), "/items").get<std::vector<Json>>());
      });
    };
    static const PodOwners::Objects none;
    const bool by_sets = !pods.empty() && type_ == GroupKind{"apps", "Deployment"};
    const auto own =
        PodOwners(
            pods,
            by_sets ? list("/apis/apps/v1/namespaces/" + applied_.object.name_space + "/replicasets") : none,
            none)
            .of(type_, scene_.workload);
    const auto newest = Revision::of(type_, scene_.workload, list);
    for (const auto& name : pods_to_replace(type_, scene_.workload, own, newest))
      remove(root() + "/pods/" + name, "pod " + name + " of an older revision");
    scene_.pods.clear();
    for (const auto* pod : own)
      if (!is_ending(*pod) && newest.has(*pod)) scene_.pods.push_back(*pod);
    return has_only_new_pods(type_, scene_.workload, own, newest);
  }

  void remove(const std::string& path, const std::string& what) {
    if (!removed_.insert(path).second) return;
    waiting_.on_progress("deletes " + what);
    api_.remove(path, stop_);
  }

  void take_events(std::vector<Json> events) {
    scene_.events = std::move(events);
    const auto time = [](const Json& event) {
      const auto last = text_at(event, "/lastTimestamp");
      return last.empty() ? text_at(event, "/metadata/creationTimestamp") : last;
    };
    std::stable_sort(scene_.events.begin(), scene_.events.end(),
                     [&](const Json& a, const Json& b) { return time(a) < time(b); });
  }

  std::string log(const std::string& pod, const std::string& container) const {
    const std::string path = "/api/v1/namespaces/" + applied_.object.name_space + "/pods/" + pod +
                             "/log?tailLines=" + std::to_string(kLogLines) + "&container=" + container;
    const auto text = api_.get_text(path, stop_);
    if (!text.empty()) return text;
    const auto before = api_.get_text(path + "&previous=true", stop_);
    return before.starts_with("previous terminated container") ? "" : before;  // there was none
  }

  void add_log(Diagnosis& diagnosis) const {
    if (diagnosis.container.empty()) return;
    const auto text = tail(log(diagnosis.pod, diagnosis.container), kLogLines);
    diagnosis.evidence += text.empty() ? fmt::format("\n{} has printed nothing", diagnosis.pod)
                                       : fmt::format("\nlast log lines of {}:\n{}", diagnosis.pod, text);
  }

  Error error_of(const std::string& how, const Diagnosis& diagnosis) const {
    return Error(title_ + how + ": " + diagnosis.cause,
                 {.output_tail = diagnosis.evidence, .hint = diagnosis.hint, .exit_code = kDeploy});
  }

  /// Whether an event is about an object of this name that was there before.
  bool is_of_predecessor(const Json& event) const {
    return text_at(event, "/involvedObject/kind") == applied_.object.kind &&
           text_at(event, "/involvedObject/name") == applied_.object.name &&
           text_at(event, "/involvedObject/uid") != uid_of(scene_.workload);
  }

  /// With what is suspected, though it may have been no more than slow.
  Error failed(const std::string& how, const std::string& hint) {
    if (auto suspicion = patience_.suspicion()) {
      add_log(*suspicion);
      return error_of(how, *suspicion);
    }
    std::string evidence;
    for (const auto& event : scene_.events)
      if (text_at(event, "/involvedObject/name").starts_with(applied_.object.name) &&
          !is_of_predecessor(event))
        evidence += text_at(event, "/involvedObject/name") + ": " + text_at(event, "/reason") + ": " +
                    trim(text_at(event, "/message")) + "\n";
    evidence = tail(evidence, 10);
    for (const auto& container : containers(scene_))
      if (number_at(last_end(container), "/exitCode") != 0) {
        evidence += "\nlast log lines of " + container.pod_name() + ":\n" +
                    log(container.pod_name(), container.name());
        break;
      }
    return Error(title_ + how, {.output_tail = evidence, .hint = hint, .exit_code = kDeploy});
  }

  const KubeApi& api_;
  const Applied& applied_;
  const Waiting& waiting_;
  const std::stop_token stop_;
  const GroupKind type_;
  const std::string title_, selector_;
  Rollout rollout_;
  Scene scene_;
  Patience patience_;
  Recent<Json> objects_;
  Recent<std::string> logs_;
  Recent<PodOwners::Objects> lists_;
  std::set<std::string> removed_;  ///< paths
  std::optional<Clock::time_point> missing_since_;
  const Clock::time_point began_ = Clock::now();
  bool said_ = false;  ///< that it is late
};

}  // namespace

void wait_for_rollout(const KubeApi& api, const Applied& applied, const Waiting& waiting,
                      std::stop_token stop) {
  const auto type = type_of(applied.object.api_version, applied.object.kind);
  // Most are done already: three watches take longer than all the rest.
  if (rollout_of(type, applied.stored, applied.object.ready).complete &&
      !keeps_old_pods(type, applied.stored))
    return;
  RolloutWatch(api, applied, waiting, std::move(stop)).wait();
}

}  // namespace harness
