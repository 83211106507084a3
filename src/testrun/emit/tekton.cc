#include <fmt/format.h>

#include "fail_sh.h"
#include "testrun/emit/order.h"
#include "testrun/emit/pod.h"
#include "testrun/emit/tekton_finally.h"
#include "wait_in_finally_sh.h"

namespace harness::testrun {

namespace {

constexpr const char* kApi = "tekton.dev/v1";
/// How the tasks went, all together; also of a failure after which they went on.
constexpr const char* kTasksStatus = "$(tasks.status)";

std::string seconds(std::chrono::seconds time) { return std::to_string(time.count()) + "s"; }

/// A container as a step: its mount of the whole volume is one that no other step has.
Json as_step(Json container) {
  if (container.contains("resources")) {
    container["computeResources"] = container["resources"];
    container.erase("resources");
  }
  auto mounts = Json::array();
  bool has_whole_volume = false;
  for (const auto& one : container["volumeMounts"]) {
    const bool whole = one["mountPath"] == kRunFolder;
    if (!whole) mounts.push_back(one);
    has_whole_volume = has_whole_volume || whole;
  }
  container["volumeMounts"] = std::move(mounts);
  if (has_whole_volume) container["workspaces"] = whole_volume();
  return container;
}

Json task_of(Context& context, const Flow& flow, size_t index, const Finally& last) {
  const auto& node = flow.nodes[index];
  const bool awaited = node.on_exit && last.is_awaited(index);
  auto pod = pod_of(context, node,
                    {.volume = "$(workspaces." + kRunVolume + ".volume)",
                     .testrun_id = "$(context.pipelineRun.name)",
                     .phase = "$(params.phase)"});
  Json task{{"name", context.names.of(node)}};
  if (!node.on_exit) {
    for (const auto parent : flow.dag.parents(index))
      task["runAfter"].push_back(context.names.of(flow.nodes[parent]));
    if (node.continue_on_error) task["onError"] = "continue";
  } else {
    pod.prepare["command"][2] = std::string(kWaitInFinallySh) + pod.prepare["command"][2].get<std::string>();
    if (const auto before = last.before(index); !before.empty())
      pod.prepare["env"].push_back({{"name", "BEFORE"}, {"value", before}});
    if (node.step->condition != Condition::always)
      task["when"] = Json::array({{{"input", kTasksStatus},
                                   {"operator", node.step->condition == Condition::success ? "in" : "notin"},
                                   {"values", {"Succeeded", "Completed"}}}});
    task["params"] = Json::array({{{"name", "phase"}, {"value", kTasksStatus}}});
  }
  if (context.settings.attempts > 1) {
    if (task.contains("onError") || awaited)
      context.warn("there it is not tried again: Tekton does not do that where others go on after a failure",
                   node.id);
    else
      task["retries"] = context.settings.attempts - 1;
  }
  task["timeout"] =
      seconds(node.on_exit ? last.latest_end(index) : std::chrono::ceil<std::chrono::seconds>(node.deadline));
  task["workspaces"] = Json::array({{{"name", kRunVolume}}});
  auto steps = Json::array({as_step(std::move(pod.prepare)), as_step(std::move(pod.main))});
  if (awaited) {
    steps.back()["onError"] = "continue";
    steps.push_back(telling_step(node, context.helper_image()));
  }
  Json spec;
  if (node.on_exit) spec["params"] = Json::array({{{"name", "phase"}}});
  spec["workspaces"] = Json::array({{{"name", kRunVolume}}});
  spec["volumes"] = std::move(pod.volumes);
  spec["steps"] = std::move(steps);
  task["taskSpec"] = std::move(spec);
  return task;
}

/// A failure after which the tasks went on is none to Tekton: this makes the run fail all the same.
Json failing_task(const Context& context) {
  return {{"name", kFailingTask},
          {"when", Json::array({{{"input", kTasksStatus}, {"operator", "in"}, {"values", {"Failed"}}}})},
          {"taskSpec",
           {{"steps", Json::array({{{"name", "main"},
                                    {"image", context.helper_image()},
                                    {"command", {"sh", "-c", std::string(kFailSh)}}}})}}}};
}

}  // namespace

std::vector<Json> tekton(Context& context) {
  const auto& [testflow, on_exit] = context.plan;
  const Finally last(on_exit);
  auto tasks = Json::array(), finally = Json::array(), run_specs = Json::array();
  bool continues = false;
  for (size_t i = 0; i < testflow.nodes.size(); ++i) {
    tasks.push_back(task_of(context, testflow, i, last));
    continues = continues || testflow.nodes[i].continue_on_error;
  }
  for (size_t i = 0; i < on_exit.nodes.size(); ++i) finally.push_back(task_of(context, on_exit, i, last));
  if (continues) finally.push_back(failing_task(context));
  for (const auto* flow : {&testflow, &on_exit})
    for (const auto& node : flow->nodes)
      if (node.step->untrusted)
        run_specs.push_back({{"pipelineTaskName", context.names.of(node)},
                             {"podTemplate", {{"automountServiceAccountToken", false}}}});
  if (context.run.ttl_seconds) context.warn("ttlSecondsAfterFinished: Tekton removes no runs by itself");

  Json spec{{"workspaces",
             Json::array({{{"name", kRunVolume},
                           {"description", "the folders of all steps: shared, export and kubeconfig"}}})},
            {"tasks", std::move(tasks)}};
  if (!finally.empty()) spec["finally"] = std::move(finally);
  Json run{{"pipelineRef", {{"name", context.name}}},
           {"timeouts", {{"pipeline", "0s"}}},  // each task has its own
           {"workspaces", Json::array({{{"name", kRunVolume},
                                        {"volumeClaimTemplate", {{"spec", volume_claim_spec(context)}}}}})}};
  if (!run_specs.empty()) run["taskRunSpecs"] = std::move(run_specs);
  auto documents = written_secret(context);
  documents.push_back({{"apiVersion", kApi},
                       {"kind", "Pipeline"},
                       {"metadata", context.metadata(context.name)},
                       {"spec", std::move(spec)}});
  documents.push_back({{"apiVersion", kApi},
                       {"kind", "PipelineRun"},
                       {"metadata", context.metadata(context.name)},
                       {"spec", std::move(run)}});
  return documents;
}

}  // namespace harness::testrun
