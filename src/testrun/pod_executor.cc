#include "testrun/pod_executor.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/pause.h"
#include "base/text.h"
#include "cluster/informer.h"
#include "cluster/pod_shell.h"
#include "deploy/diagnosis.h"
#include "deploy/trouble/scene.h"
#include "testrun/pod_folders.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr auto kApiPatience = std::chrono::seconds(10);
/// An image may be large; what cannot be is said much sooner.
constexpr auto kStart = std::chrono::seconds(600);
/// The Job's controller tries again after some seconds.
constexpr auto kNoPod = std::chrono::seconds(5);
constexpr auto kBetweenLooks = std::chrono::milliseconds(200);
const std::string kSelector = "labelSelector=testrun.harness/node%3D";

fs::path kubeconfig_of(const NodeFolders& folders) {
  for (const auto* name : {"testmachinery.config", "shoot.config"})
    if (const auto file = folders.kubeconfigs() / name; fs::exists(file)) return file;
  throw Error("there is no cluster for its pod: neither testmachinery.config nor shoot.config",
              {.exit_code = kCluster});
}

/// Of a pod's container by its name; null where there is none yet.
Json state_of(const Json& pod, const std::string& container) {
  if (!pod.is_object()) return nullptr;
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    const Json all = pod.value(Json::json_pointer(std::string("/status/") + list), Json::array());
    for (const auto& one : all)
      if (one.value("name", "") == container) return one.value("state", Json::object());
  }
  return nullptr;
}

/// A Job with its Secret, deleted by the destructor. What it waits for ends with the token, or when its time
/// is over.
class RunningJob {
 public:
  RunningJob(const KubeApi& api, const Node& node, const PodSettings& settings, Phase phase,
             std::stop_token stop)
      : api_(api),
        name_(settings.name),
        pods_("/api/v1/namespaces/" + settings.name_space + "/pods"),
        events_("/api/v1/namespaces/" + settings.name_space + "/events"),
        secret_("/api/v1/namespaces/" + settings.name_space + "/secrets/" + name_),
        job_("/apis/batch/v1/namespaces/" + settings.name_space + "/jobs/" + name_),
        stop_(stop) {
    if (const auto secret = secret_of(node, settings); !secret.is_null())
      api.apply(secret_, Json(secret), stop);
    api.apply(job_, Json(job_of(node, settings, phase)), stop);
  }
  ~RunningJob() {
    for (const auto& path : {job_, secret_}) try {
        api_.remove(path, Deadline(kApiPatience, {}));
      } catch (const std::exception&) {  // the cluster is gone, or its ttl removes it
      }
  }
  RunningJob(const RunningJob&) = delete;
  RunningJob& operator=(const RunningJob&) = delete;

  /// The pod, once its container runs or has ended. Throws Error where it cannot, with what the cluster says
  /// of that; as long as it only waits for room that others have, which are steps or end by themselves, it is
  /// waited for.
  Json started(const std::string& container) const {
    Patience patience;
    bool was_there = false;
    for (auto since = Clock::now();;) {
      const Json pod = current();
      if (was_there && pod.is_null()) throw Error("its pod was deleted by somebody", {.exit_code = kCluster});
      was_there = !pod.is_null();
      if (const auto state = state_of(pod, container);
          state.is_object() && (state.contains("running") || state.contains("terminated")))
        return pod;
      const auto now = Clock::now();
      const auto found = pod.is_null() ? trouble_of_job() : diagnose(scene_of(pod));
      for (const auto& one : patience.believe(found, now))
        if (!one.may_pass)
          throw Error(one.cause + ": " + one.evidence, {.hint = one.hint, .exit_code = kCluster});
      const auto& suspicion = patience.suspicion();
      if (suspicion && suspicion->may_pass) since = now;
      if (now - since > kStart)
        throw Error(fmt::format("its pod has not started within {} s{}", kStart.count(),
                                suspicion ? ": " + suspicion->cause + ": " + suspicion->evidence : ""),
                    {.hint = suspicion ? suspicion->hint : "", .exit_code = kCluster});
      if (pause_for(kBetweenLooks, stop_)) throw Cancelled();
    }
  }

  /// The pod, once its container has ended; null when `at_most` is over.
  Json ended(const std::string& container, std::chrono::milliseconds at_most) const {
    Json found;
    ListWatch(api_, {pods_, kSelector + name_})
        .run(
            [&](ListWatch::Change change, const Json& pod) {
              if (change == ListWatch::Change::gone)
                throw Error("its pod was deleted by somebody", {.exit_code = kCluster});
              if (const auto state = state_of(pod, container);
                  state.is_object() && state.contains("terminated"))
                found = pod;
              return found.is_null();
            },
            Deadline(at_most, stop_));
    return found;
  }

  std::string log(const std::string& pod) const {
    return api_.get_text(pods_ + "/" + pod + "/log?container=main", {});
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// Null where there is none yet.
  Json current() const {
    const Json all = api_.get(pods_ + "?" + kSelector + name_, stop_).value("items", Json::array());
    return all.empty() ? Json() : all.front();
  }

  std::vector<Json> warnings() const {
    auto all = api_.get(events_ + "?fieldSelector=type%3DWarning", stop_).value("items", std::vector<Json>{});
    const auto time = [](const Json& event) {
      return std::max(text_at(event, "/lastTimestamp"), text_at(event, "/eventTime"));
    };
    std::stable_sort(all.begin(), all.end(), [&](const Json& a, const Json& b) { return time(a) < time(b); });
    return all;
  }

  Scene scene_of(const Json& pod) const {
    return {.pods = {pod},
            .events = warnings(),
            .get = [this](const std::string& path) { return api_.get(path, stop_); },
            .ask = [this](const std::string& path, const Json& body) { return api_.ask(path, body, stop_); },
            .text = [this](const std::string& path) { return api_.get_text(path, stop_); }};
  }

  /// Why it has no pod: a quota, a webhook, a service account.
  std::vector<Diagnosis> trouble_of_job() const {
    const Scene scene{.events = warnings()};
    std::string said;
    for (const auto& event : scene.events)
      if (text_at(event, "/involvedObject/kind") == "Job" && text_at(event, "/involvedObject/name") == name_)
        said = text_at(event, "/message");
    if (said.empty()) return {};
    return {{.cause = "its pod cannot be made",
             .evidence = said,
             .hint = "kubectl describe job " + name_,
             .must_last = kNoPod}};
  }

  const KubeApi& api_;
  const std::string name_, pods_, events_, secret_, job_;
  const std::stop_token stop_;
};

Outcome outcome_of(const Json& state) {
  const auto ended = state.value("terminated", Json::object());
  const int code = ended.value("exitCode", -1);
  if (code == 0) return {Phase::succeeded};
  const auto reason = ended.value("reason", "Error");
  return {Phase::failed, fmt::format("exit code {}{}", code, reason == "Error" ? "" : " (" + reason + ")")};
}

}  // namespace

Outcome PodExecutor::run(const Node& node, const NodeFolders& folders, Phase phase,
                         std::stop_token stop) const {
  const TempDir own;  // the step may write another kubeconfig
  const auto kubeconfig = own.path() / "kubeconfig";
  fs::copy_file(kubeconfig_of(folders), kubeconfig);
  const PodSettings settings{.name = fmt::format("{}-{}", settings_.run_id.substr(0, 52), ++next_),
                             .name_space = settings_.name_space,
                             .helper_image = settings_.helper_image,
                             .env = settings_.env};
  const KubeApi api(kubeconfig, kApiPatience, stop);
  const PodFolders pod_folders(node, folders, kubeconfig);
  const RunningJob job(api, node, settings, phase, stop);
  const std::string pod = job.started("fetch")["metadata"]["name"];
  const auto shell = [&](const char* container) {
    return PodShell({kubeconfig, settings.name_space, pod, container});
  };
  pod_folders.put(shell("fetch"), stop);
  job.started("main");
  const auto ended = job.ended("main", node.deadline);
  write_file_atomically(folders.log(), job.log(pod));
  pod_folders.fetch(shell("keep"), stop);
  if (ended.is_null())
    return {Phase::timeout,
            fmt::format("took longer than {} s", std::chrono::duration<double>(node.deadline).count())};
  return outcome_of(state_of(ended, "main"));
}

}  // namespace harness::testrun
