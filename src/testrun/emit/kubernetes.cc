#include "testrun/emit/job_waiting.h"
#include "testrun/emit/order.h"
#include "testrun/emit/pod.h"

namespace harness::testrun {

namespace {

/// What a clean-up is for is known beforehand where its condition says it.
std::string phase_of(const Node& node) {
  const auto condition = node.step->condition;
  return condition == Condition::success ? "Succeeded" : condition == Condition::error ? "Failed" : "";
}

Json job_of(Context& context, const Flow& flow, size_t index, std::chrono::seconds latest_end) {
  const auto& node = flow.nodes[index];
  auto pod =
      pod_of(context, node, {.volume = kRunVolume, .testrun_id = context.name, .phase = phase_of(node)});
  if (node.on_exit && phase_of(node).empty())
    context.warn("there TM_PHASE is not set, since it runs in any case", node.id);
  pod.volumes.push_back({{"name", kRunVolume}, {"persistentVolumeClaim", {{"claimName", context.name}}}});
  Json spec{{"restartPolicy", "Never"},
            {"automountServiceAccountToken", false},
            {"terminationGracePeriodSeconds", kPodGraceSeconds}};
  auto first = Json::array({std::move(pod.prepare)});
  if (waits(flow, index)) {
    spec["serviceAccountName"] = context.name;
    pod.volumes.push_back(account_volume());
    first.insert(first.begin(), wait_container(context, flow, index));
  }
  spec["volumes"] = std::move(pod.volumes);
  spec["initContainers"] = std::move(first);
  spec["containers"] = Json::array({std::move(pod.main)});

  auto metadata = context.metadata(job_name(context, node));
  const auto [label, failure] = failure_label(node);
  metadata["labels"][label] = failure;
  Json job{{"backoffLimit", context.settings.attempts - 1}, {"activeDeadlineSeconds", latest_end.count()}};
  if (context.run.ttl_seconds) job["ttlSecondsAfterFinished"] = *context.run.ttl_seconds;
  job["template"] = {{"metadata", {{"labels", {{kRunLabel, context.name}}}}}, {"spec", std::move(spec)}};
  return {{"apiVersion", "batch/v1"},
          {"kind", "Job"},
          {"metadata", std::move(metadata)},
          {"spec", std::move(job)}};
}

}  // namespace

std::vector<Json> kubernetes(Context& context) {
  const auto& [testflow, on_exit] = context.plan;
  context.warn(
      "a Job's deadline begins with its waiting: there it is the sum of those on the longest way to its end");
  auto documents = account(context);
  documents.push_back(volume_claim(context));
  const auto in_testflow = latest_ends(testflow), in_on_exit = latest_ends(on_exit);
  for (size_t i = 0; i < testflow.nodes.size(); ++i)
    documents.push_back(job_of(context, testflow, i, in_testflow[i]));
  for (size_t i = 0; i < on_exit.nodes.size(); ++i)
    documents.push_back(job_of(context, on_exit, i, latest_end(testflow) + in_on_exit[i]));
  auto secret = written_secret(context);
  documents.insert(documents.begin(), secret.begin(), secret.end());
  return documents;
}

}  // namespace harness::testrun
