#include "testrun/pod_executor.h"

#include <fmt/format.h>

#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/pause.h"
#include "base/text.h"
#include "cluster/pod_shell.h"
#include "deploy/diagnosis.h"
#include "testrun/pod_folders.h"

namespace harness::testrun {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr auto kApiPatience = std::chrono::seconds(10);

fs::path kubeconfig_of(const NodeFolders& folders) {
  for (const auto* name : {"testmachinery.config", "shoot.config"})
    if (const auto file = folders.kubeconfigs() / name; fs::exists(file)) return file;
  throw Error("there is no cluster for its pod: neither testmachinery.config nor shoot.config", {.exit_code = kCluster});
}

/// Of a pod's container by its name; null where there is none yet.
Json state_of(const Json& pod, const std::string& container) {
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    const Json all = pod.value(Json::json_pointer(std::string("/status/") + list), Json::array());
    for (const auto& one : all)
      if (one.value("name", "") == container) return one.value("state", Json::object());
  }
  return nullptr;
}

/// A Job with its Secret, deleted by the destructor. What it waits for ends with the token, or when its time is over.
class RunningJob {
 public:
  RunningJob(const KubeApi& api, const Node& node, const PodSettings& settings, Phase phase, std::stop_token stop)
      : api_(api), name_(settings.name), pods_("/api/v1/namespaces/" + settings.name_space + "/pods"), secret_("/api/v1/namespaces/" + settings.name_space + "/secrets/" + name_),
        job_("/apis/batch/v1/namespaces/" + settings.name_space + "/jobs/" + name_), stop_(stop) {
    if (const auto secret = secret_of(node, settings); !secret.is_null()) api.apply(secret_, secret.dump(), stop);
    api.apply(job_, job_of(node, settings, phase).dump(), stop);
  }
  ~RunningJob() {
    for (const auto& path : {job_, secret_}) try {
        api_.remove(path, {});
      } catch (const std::exception&) {  // the cluster is gone, or its ttl removes it
      }
  }
  RunningJob(const RunningJob&) = delete;
  RunningJob& operator=(const RunningJob&) = delete;

  /// The pod, once `holds` for it; null when `at_most` is over. Throws Error where it cannot start.
  Json wait(const std::function<bool(const Json& pod)>& holds, std::optional<std::chrono::milliseconds> at_most) const {
    std::stop_source over;
    const std::stop_callback on_stop(stop_, [&] { over.request_stop(); });
    std::jthread timer;
    if (at_most)
      timer = std::jthread([&over, time = *at_most](std::stop_token token) {
        if (!pause_for(time, token)) over.request_stop();
      });
    Json found;
    api_.watch(pods_, "labelSelector=testrun.harness/node%3D" + name_, [&](const std::string& type, const Json& pod) {
      if (type == "DELETED") throw Error("its pod was deleted by somebody", {.exit_code = kCluster});
      if (const auto diagnosis = diagnose_pod(pod); diagnosis && !diagnosis->may_pass) throw Error(diagnosis->cause + ": " + diagnosis->evidence, {.exit_code = kCluster});
      if (holds(pod)) found = pod;
      return found.is_null();
    }, over.get_token());
    if (found.is_null() && stop_.stop_requested()) throw Cancelled();
    return found;
  }

  std::string log(const std::string& pod) const { return api_.get_text(pods_ + "/" + pod + "/log?container=main", {}); }

 private:
  const KubeApi& api_;
  const std::string name_, pods_, secret_, job_;
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

Outcome PodExecutor::run(const Node& node, const NodeFolders& folders, Phase phase, std::stop_token stop) const {
  const TempDir own;  // the step may write another kubeconfig
  const auto kubeconfig = own.path() / "kubeconfig";
  fs::copy_file(kubeconfig_of(folders), kubeconfig);
  const PodSettings settings{.name = fmt::format("{}-{}", settings_.run_id.substr(0, 52), ++next_), .name_space = settings_.name_space, .helper_image = settings_.helper_image, .env = settings_.env};
  const KubeApi api(kubeconfig, kApiPatience, stop);
  const PodFolders pod_folders(node, folders, kubeconfig);
  const RunningJob job(api, node, settings, phase, stop);
  const auto running = [](const char* container) { return [container](const Json& pod) { const auto state = state_of(pod, container); return state.is_object() && (state.contains("running") || state.contains("terminated")); }; };
  const std::string pod = job.wait(running("fetch"), {})["metadata"]["name"];
  const auto shell = [&](const char* container) { return PodShell({kubeconfig, settings.name_space, pod, container}); };
  pod_folders.put(shell("fetch"), stop);
  job.wait(running("main"), {});
  const auto ended = job.wait([](const Json& one) { const auto state = state_of(one, "main"); return state.is_object() && state.contains("terminated"); }, node.deadline);
  write_file_atomically(folders.log(), job.log(pod));
  pod_folders.fetch(shell("keep"), stop);
  if (ended.is_null()) return {Phase::timeout, fmt::format("took longer than {} s", std::chrono::duration<double>(node.deadline).count())};
  return outcome_of(state_of(ended, "main"));
}

}  // namespace harness::testrun
