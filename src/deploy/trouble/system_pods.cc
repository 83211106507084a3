// Kubernetes' own pods that cannot run: what of the machine they lack shows nowhere but in their logs.
#include <re2/re2.h>

#include <algorithm>

#include "base/text.h"
#include "cluster/kind.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;

/// Whether what the component's pods show could be the effect: one has ended, or is on no node or without a
/// network. A start that is only slow looks nothing up.
bool may_be_affected(const Scene& scene) {
  const auto all = containers(scene);
  if (std::any_of(all.begin(), all.end(), [](const auto& container) {
        return ends_of(container) > 0 && !container.status.value("ready", false);
      }))
    return true;
  return std::any_of(scene.pods.begin(), scene.pods.end(), [&](const Json& pod) {
    return text_at(condition_of(pod, "PodScheduled"), "/status") == "False" ||
           !warning_about(scene, pod, {"FailedCreatePodSandBox"}).is_null();
  });
}

}  // namespace

std::optional<Diagnosis> system_pod_lacks_files(const Scene& scene) {
  static const RE2 too_many("(?i)too many open files");
  const std::string path = "/api/v1/namespaces/kube-system/pods";
  Scene system;
  const Json pods = scene.get(path);
  for (const auto& pod : list_at(pods, "/items")) system.pods.push_back(pod);
  for (const auto& container : containers(system)) {
    if (ends_of(container) == 0 || (is_running(container) && container.status.value("ready", false)))
      continue;
    const auto lines = split(
        scene.text(path + "/" + container.pod_name() + "/log?tailLines=20&container=" + container.name()),
        '\n');
    const auto line = std::find_if(lines.rbegin(), lines.rend(),
                                   [](const auto& one) { return RE2::PartialMatch(one, too_many); });
    if (line == lines.rend()) continue;
    return Diagnosis{.cause = "Kubernetes' own " + container.title() +
                              " cannot run: the machine's inotify instances are used up",
                     .evidence = trim(*line),
                     .hint = std::string(kMoreInotify) + "; or fewer clusters at once: kind get clusters",
                     .must_last = kMayArrive};
  }
  return std::nullopt;
}

std::optional<Diagnosis> cluster_lacks_files(const Scene& scene) {
  return may_be_affected(scene) ? system_pod_lacks_files(scene) : std::nullopt;
}

}  // namespace harness
