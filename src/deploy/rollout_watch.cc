#include "deploy/rollout_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "deploy/rollout.h"
#include "deploy/trouble/rules.h"
#include "deploy/watches.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

/// Between two looks for what is wrong: changes come in crowds, and some causes are only a matter of time.
constexpr std::chrono::milliseconds kBetweenLooks{300};
/// How long an answer of the API is used again: several rules ask for the same.
constexpr std::chrono::milliseconds kFresh{900};
constexpr int kLogLines = 20;

bool is_ending(const Json& pod) { return !text_at(pod, "/metadata/deletionTimestamp").empty(); }

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

/// One rollout that is waited for.
class RolloutWatch {
 public:
  RolloutWatch(const KubeApi& api, const Applied& applied, const Waiting& waiting, std::stop_token stop)
      : api_(api), applied_(applied), waiting_(waiting), stop_(std::move(stop)), title_(applied.object.kind + " " + applied.object.name) {
    scene_.workload = applied.stored;
    scene_.get = [this](const std::string& path) { return objects_.get(path, [&] { return api_.get(path, stop_); }); };
    scene_.ask = [this](const std::string& path, const Json& body) { return objects_.get(path + body.dump(), [&] { return api_.ask(path, body, stop_); }); };
    scene_.text = [this](const std::string& path) { return logs_.get(path, [&] { return api_.get_text(path, stop_); }); };
    scene_.log = [this](const std::string& pod, const std::string& container) { return logs_.get(pod + "/" + container, [&] { return log(pod, container); }); };
  }

  void wait() {
    const std::string root = "/api/v1/namespaces/" + applied_.object.name_space;
    enum Query { workload, pods, events };
    Watches watches(api_, {{applied_.collection, "fieldSelector=metadata.name%3D" + applied_.object.name}, {root + "/pods", pod_selector(applied_.stored)}, {root + "/events", "fieldSelector=type%3DWarning"}},
                    stop_);
    for (auto looked = Clock::now();;) {
      watches.wait(kBetweenLooks, stop_);
      if (auto seen = watches.objects(workload); !seen.empty()) {
        rollout_ = rollout_of(applied_.object.kind, seen[0]);
        if (rollout_.complete) return;
        if (!rollout_.message.empty()) waiting_.on_progress(rollout_.message);
        scene_.workload = std::move(seen[0]);
      }
      const auto now = Clock::now();
      if (now - looked < kBetweenLooks && rollout_.failure.empty()) continue;
      looked = now;
      update(watches.objects(pods), watches.objects(events));
      for (auto& diagnosis : patience_.believe(diagnose(scene_), now)) {
        add_log(diagnosis);
        if (!diagnosis.may_pass && !waiting_.anyway) throw error_of(" cannot start", diagnosis);
        waiting_.on_trouble(diagnosis);
      }
      if (!rollout_.failure.empty()) throw failed(" cannot be rolled out: " + rollout_.failure, "");
      if (now > waiting_.deadline) throw failed(" is not ready in time: " + rollout_.message, "raise the component's timeout: in components.yaml if it only needs longer");
    }
  }

 private:
  void update(std::vector<Json> pods, std::vector<Json> events) {
    scene_.pods = std::move(pods);
    std::erase_if(scene_.pods, [this](const Json& pod) { return is_ending(pod) || !is_newest(pod); });
    scene_.events = std::move(events);
    const auto time = [](const Json& event) {
      const auto last = text_at(event, "/lastTimestamp");
      return last.empty() ? text_at(event, "/metadata/creationTimestamp") : last;
    };
    std::stable_sort(scene_.events.begin(), scene_.events.end(), [&](const Json& a, const Json& b) { return time(a) < time(b); });
  }

  /// Whether a pod is of the revision that was just applied: one that is being replaced may well be broken, which is why
  /// there is a new one.
  bool is_newest(const Json& pod) {
    if (text_at(pod, "/metadata/ownerReferences/0/kind") != "ReplicaSet" || number_at(applied_.stored, "/metadata/generation") == 1) return true;
    const auto name = text_at(pod, "/metadata/ownerReferences/0/name");
    if (const auto known = newest_.find(name); known != newest_.end()) return known->second;
    const Json set = api_.get("/apis/apps/v1/namespaces/" + applied_.object.name_space + "/replicasets/" + name, stop_);
    const Json::json_pointer spec("/spec/template/spec"), annotations("/spec/template/metadata/annotations");
    if (!set.is_object()) return true;
    return newest_[name] = set[spec] == applied_.stored.at(spec) && set.value(annotations, Json::object()) == applied_.stored.value(annotations, Json::object());
  }

  std::string log(const std::string& pod, const std::string& container) const {
    const std::string path = "/api/v1/namespaces/" + applied_.object.name_space + "/pods/" + pod + "/log?tailLines=" + std::to_string(kLogLines) + "&container=" + container;
    const auto text = api_.get_text(path, stop_);
    if (!text.empty()) return text;
    const auto before = api_.get_text(path + "&previous=true", stop_);
    return before.starts_with("previous terminated container") ? "" : before;  // there was none
  }

  void add_log(Diagnosis& diagnosis) const {
    if (diagnosis.container.empty()) return;
    const auto text = tail(log(diagnosis.pod, diagnosis.container), kLogLines);
    diagnosis.evidence += text.empty() ? fmt::format("\n{} has printed nothing", diagnosis.pod) : fmt::format("\nlast log lines of {}:\n{}", diagnosis.pod, text);
  }

  Error error_of(const std::string& how, const Diagnosis& diagnosis) const {
    return Error(title_ + how + ": " + diagnosis.cause, {.output_tail = diagnosis.evidence, .hint = diagnosis.hint, .exit_code = kDeploy});
  }

  /// With what is suspected, though it may have been no more than slow.
  Error failed(const std::string& how, const std::string& hint) {
    if (auto suspicion = patience_.suspicion()) {
      add_log(*suspicion);
      return error_of(how, *suspicion);
    }
    std::string evidence;
    for (const auto& event : scene_.events)
      if (text_at(event, "/involvedObject/name").starts_with(applied_.object.name))
        evidence += text_at(event, "/involvedObject/name") + ": " + text_at(event, "/reason") + ": " + trim(text_at(event, "/message")) + "\n";
    evidence = tail(evidence, 10);
    for (const auto& container : containers(scene_))
      if (number_at(last_end(container), "/exitCode") != 0) {
        evidence += "\nlast log lines of " + container.pod_name() + ":\n" + log(container.pod_name(), container.name());
        break;
      }
    return Error(title_ + how, {.output_tail = evidence, .hint = hint, .exit_code = kDeploy});
  }

  const KubeApi& api_;
  const Applied& applied_;
  const Waiting& waiting_;
  const std::stop_token stop_;
  const std::string title_;
  Rollout rollout_;
  Scene scene_;
  Patience patience_;
  Recent<Json> objects_;
  Recent<std::string> logs_;
  std::map<std::string, bool> newest_;  ///< by the name of the ReplicaSet
};

}  // namespace

std::string pod_selector(const Json& workload) {
  const Json::json_pointer pointer("/spec/selector/matchLabels");
  if (!workload.contains(pointer)) return "fieldSelector=metadata.name%3D" + workload["metadata"].value("name", "");
  std::vector<std::string> parts;
  for (const auto& [key, value] : workload[pointer].items()) {
    std::string escaped = key;
    for (size_t at = 0; (at = escaped.find('/', at)) != std::string::npos; at += 3) escaped.replace(at, 1, "%2F");
    parts.push_back(escaped + "%3D" + value.get<std::string>());
  }
  return "labelSelector=" + join(parts, "%2C");
}

void wait_for_rollout(const KubeApi& api, const Applied& applied, const Waiting& waiting, std::stop_token stop) {
  if (rollout_of(applied.object.kind, applied.stored).complete) return;  // most are: three watches take longer than all the rest
  RolloutWatch(api, applied, waiting, std::move(stop)).wait();
}

}  // namespace harness
