#include "deploy/hook_run.h"

#include "base/error.h"
#include "cluster/informer.h"
#include "deploy/install_order.h"
#include "deploy/removal.h"
#include "deploy/render/hooks.h"
#include "deploy/rollout.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kBetweenLooks{300};

bool is_pod(const Object& object) { return object.kind == "Pod" && object.api_version == "v1"; }

std::string path_of(const KubeApi& api, const Object& hook, std::stop_token stop) {
  return api.collection(hook.api_version, hook.kind, hook.name_space, std::move(stop)) + "/" + hook.name;
}

void wait_until_pod_ends(const KubeApi& api, const Object& pod, const std::string& path,
                         const Waiting& waiting, std::stop_token stop) {
  const std::string pods = "/api/v1/namespaces/" + pod.name_space + "/pods";
  for (Informer informer(api, {{pods, "fieldSelector=metadata.name%3D" + pod.name}}, stop);;
       informer.wait(kBetweenLooks, stop)) {
    const Json seen = api.get(path, stop);
    const auto phase = text_at(seen, "/status/phase");
    if (phase == "Succeeded") return;
    if (phase == "Failed")
      throw Error("the pod failed",
                  {.hint = "fix what its log shows: the next run recreates it", .exit_code = kDeploy});
    if (seen.is_null()) throw Error("the pod was deleted", {.exit_code = kDeploy});
    if (std::chrono::steady_clock::now() > waiting.deadline)
      throw Error("the pod has not ended in time",
                  {.hint = "a hook is a program that ends; timeout: at the component gives it more time",
                   .exit_code = kDeploy});
  }
}

}  // namespace

void run_hook(const KubeApi& api, const Object& hook, const Waiting& waiting, std::stop_token stop) {
  const auto type = type_of(hook.api_version, hook.kind);
  const auto policies = hook_of(hook)->policies;
  // One that ran before is not taken for this one, whatever its policy is.
  if (is_workload(type) || policies.empty() || policies.contains("before-hook-creation"))
    remove_hook(api, hook, waiting, stop);
  const std::vector<Object> alone{hook};
  const Deployer deployer(api);
  const auto deployed = deployer.apply(alone, true, waiting, stop);
  deployer.wait(deployed, waiting, stop);
  if (is_pod(hook)) wait_until_pod_ends(api, hook, path_of(api, hook, stop), waiting, stop);
}

void remove_hook(const KubeApi& api, const Object& hook, const Waiting& waiting, std::stop_token stop) {
  const auto path = path_of(api, hook, stop);
  if (!api.get(path, stop).is_null())
    remove_and_wait(api, type_of(hook.api_version, hook.kind), path, hook.kind + " " + hook.name, waiting,
                    stop);
}

void HookRun::before(const Waiting& waiting, std::stop_token stop) const {
  const auto event = "pre-" + kind_;
  if (hooks_at(event, objects_).empty()) return;
  std::vector<Object> needed;
  for (const auto& object : objects_)
    if (!hook_of(object) &&
        ((object.kind == "Namespace" && object.api_version == "v1") || is_definition(object)))
      needed.push_back(object);
  Deployer(api_).apply(needed, false, waiting, stop);
  run(event, waiting, stop);
}

void HookRun::run(const std::string& event, const Waiting& waiting, std::stop_token stop) const {
  const auto hooks = hooks_at(event, objects_);
  for (const auto& hook : hooks) {
    waiting.on_progress("runs hook " + event + ": " + hook.kind + " " + hook.name);
    try {
      run_hook(api_, hook, waiting, stop);
    } catch (const Error& e) {
      if (hook_of(hook)->policies.contains("hook-failed")) remove_hook(api_, hook, waiting, stop);
      throw Error("hook " + event + " of " + place_of(hook) + ": " + e.what(), e.details);
    }
  }
  for (const auto& hook : hooks)
    if (hook_of(hook)->policies.contains("hook-succeeded")) remove_hook(api_, hook, waiting, stop);
}

}  // namespace harness
