#include <fmt/format.h>

#include "base/text.h"
#include "fail_sh.h"
#include "testrun/emit/order.h"
#include "testrun/emit/pod.h"

namespace harness::testrun {

namespace {

std::string failed(const std::string& task) { return fmt::format("{0}.Failed || {0}.Errored", task); }
std::string ended(const std::string& task) {
  return fmt::format("{0}.Succeeded || {0}.Failed || {0}.Errored", task);
}
/// Of a task of the testflow: what comes after it may begin.
std::string passed(const Node& node, const std::string& task) {
  return node.continue_on_error ? fmt::format("({})", ended(task)) : task + ".Succeeded";
}

/// What must have become of the tasks before this one
/// (https://argo-workflows.readthedocs.io/en/latest/enhanced-depends-logic/).
std::string depends_of(const Context& context, const Flow& flow, size_t index) {
  std::vector<std::string> terms;
  for (const auto parent : flow.dag.parents(index)) {
    const auto& before = flow.nodes[parent];
    const auto& name = context.names.of(before);
    if (!before.on_exit)
      terms.push_back(passed(before, name));
    else if (needs(flow, parent, index))
      terms.push_back(fmt::format("({0}.Succeeded || {0}.Skipped)", name));
    else  // only its place: also where it was left out since another one failed, unless this one depends on
          // it
      terms.push_back(
          fmt::format("({} || {}.Skipped{})", ended(name), name,
                      flow.depends.reaches(parent, index) ? "" : fmt::format(" || {}.Omitted", name)));
  }
  return join(terms, " && ");
}

Json template_of(Context& context, const Node& node) {
  auto pod =
      pod_of(context, node,
             {.volume = kRunVolume, .testrun_id = "{{workflow.name}}", .phase = "{{workflow.status}}"});
  Json one{{"name", context.names.of(node)},
           {"activeDeadlineSeconds", std::chrono::ceil<std::chrono::seconds>(node.deadline).count()}};
  if (context.settings.attempts > 1)
    one["retryStrategy"] = {{"limit", std::to_string(context.settings.attempts - 1)},
                            {"retryPolicy", "Always"}};
  if (node.step->untrusted) {  // Argo's own container keeps a token, the program has none
    one["automountServiceAccountToken"] = false;
    one["executor"] = {{"serviceAccountName", context.annotation("argo-executor", "default")}};
  }
  one["volumes"] = std::move(pod.volumes);
  one["initContainers"] = Json::array({std::move(pod.prepare)});
  pod.main.erase("name");
  one["container"] = std::move(pod.main);
  return one;
}

Json task_of(const Context& context, const Flow& flow, size_t index) {
  const auto& node = flow.nodes[index];
  Json task{{"name", context.names.of(node)}, {"template", context.names.of(node)}};
  if (const auto depends = depends_of(context, flow, index); !depends.empty()) task["depends"] = depends;
  if (node.on_exit && node.step->condition != Condition::always)
    task["when"] = fmt::format("{{{{workflow.status}}}} {} Succeeded",
                               node.step->condition == Condition::success ? "==" : "!=");
  return task;
}

/// A failure after which tasks went on is none to Argo: this task, when all others have ended, makes the run
/// fail all the same.
void add_failing_task(const Context& context, Json& tasks, Json& templates) {
  const auto& flow = context.plan.testflow;
  std::vector<std::string> failures, last;
  for (size_t i = 0; i < flow.nodes.size(); ++i) {
    const auto& name = context.names.of(flow.nodes[i]);
    if (flow.nodes[i].continue_on_error) failures.push_back(failed(name));
    if (flow.dag.children(i).empty()) last.push_back(passed(flow.nodes[i], name));
  }
  if (failures.empty()) return;
  tasks.push_back({{"name", kFailingTask},
                   {"template", kFailingTask},
                   {"depends", fmt::format("({}) && {}", join(failures, " || "), join(last, " && "))}});
  templates.push_back(
      {{"name", kFailingTask},
       {"container", {{"image", context.helper_image()}, {"command", {"sh", "-c", std::string(kFailSh)}}}}});
}

}  // namespace

std::vector<Json> argo(Context& context) {
  auto templates = Json::array();
  const auto dag = [&](const Flow& flow, const std::string& name) {
    auto tasks = Json::array();
    for (size_t i = 0; i < flow.nodes.size(); ++i) tasks.push_back(task_of(context, flow, i));
    if (&flow == &context.plan.testflow) add_failing_task(context, tasks, templates);
    Json one{{"name", name}, {"dag", {{"tasks", std::move(tasks)}}}};
    if (&flow == &context.plan.on_exit) one["dag"]["failFast"] = false;
    templates.push_back(std::move(one));
    for (const auto& node : flow.nodes) templates.push_back(template_of(context, node));
  };
  Json spec{{"entrypoint", kTestflowTask}};
  dag(context.plan.testflow, kTestflowTask);
  if (!context.plan.on_exit.nodes.empty()) {
    spec["onExit"] = kOnExitTask;
    dag(context.plan.on_exit, kOnExitTask);
  }
  if (context.settings.jobs > 0) spec["parallelism"] = context.settings.jobs;
  if (context.run.ttl_seconds) spec["ttlStrategy"] = {{"secondsAfterCompletion", *context.run.ttl_seconds}};
  spec["volumes"] =
      Json::array({{{"name", kRunVolume}, {"persistentVolumeClaim", {{"claimName", context.name}}}}});
  spec["templates"] = std::move(templates);
  auto documents = written_secret(context);
  documents.push_back(volume_claim(context));
  documents.push_back({{"apiVersion", "argoproj.io/v1alpha1"},
                       {"kind", "Workflow"},
                       {"metadata", context.metadata(context.name)},
                       {"spec", std::move(spec)}});
  return documents;
}

}  // namespace harness::testrun
