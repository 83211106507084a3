#include "deploy/rollout.h"

#include <map>

namespace harness {

namespace {

using Json = nlohmann::json;

int64_t number(const Json& object, const char* pointer, int64_t fallback = 0) {
  return object.value(Json::json_pointer(pointer), fallback);
}

std::string count(int64_t have, int64_t want, const std::string& what) {
  return std::to_string(have) + " of " + std::to_string(want) + " " + what;
}

/// The message of a condition that is True, if it is.
const Json* condition(const Json& object, const std::string& type, const std::string& status) {
  const Json::json_pointer pointer("/status/conditions");
  if (!object.contains(pointer)) return nullptr;
  for (const auto& one : object[pointer])
    if (one.value("type", "") == type && one.value("status", "") == status) return &one;
  return nullptr;
}

/// Whether the status, conditions too, is about the object as it is now.
bool is_observed(const Json& object) { return number(object, "/status/observedGeneration") >= number(object, "/metadata/generation"); }

Rollout of_replicas(const Json& object, int64_t wanted, const char* updated_field, const char* available_field, int64_t total) {
  if (!is_observed(object)) return {.message = "waiting for the controller to see the change"};
  const int64_t updated = number(object, updated_field);
  const int64_t available = number(object, available_field);
  if (updated < wanted) return {.message = count(updated, wanted, "pods are updated")};
  if (total > updated) return {.message = count(total - updated, total, "pods are old ones that still have to end")};
  if (available < wanted) return {.message = count(available, wanted, "pods are available")};
  return {.complete = true};
}

Rollout of_deployment(const Json& object) {
  auto rollout = of_replicas(object, number(object, "/spec/replicas", 1), "/status/updatedReplicas", "/status/availableReplicas",
                             number(object, "/status/replicas"));
  if (rollout.complete || !is_observed(object)) return rollout;
  if (const auto* stuck = condition(object, "Progressing", "False")) rollout.failure = stuck->value("message", "");
  return rollout;
}

Rollout of_stateful_set(const Json& object) {
  auto rollout = of_replicas(object, number(object, "/spec/replicas", 1), "/status/updatedReplicas", "/status/readyReplicas",
                             number(object, "/status/replicas"));
  // currentRevision trails while old pods are replaced one by one.
  const Json status = object.value("status", Json::object());
  if (rollout.complete && status.value("updateRevision", "") != status.value("currentRevision", ""))
    return {.message = "waiting for the last pods of the old revision"};
  return rollout;
}

Rollout of_daemon_set(const Json& object) {
  const int64_t wanted = number(object, "/status/desiredNumberScheduled");
  return of_replicas(object, wanted, "/status/updatedNumberScheduled", "/status/numberAvailable",
                     number(object, "/status/currentNumberScheduled"));
}

Rollout of_job(const Json& object) {
  if (condition(object, "Complete", "True")) return {.complete = true};
  if (const auto* failed = condition(object, "Failed", "True")) return {.failure = "the job failed: " + failed->value("message", "")};
  return {.message = "the job is running"};
}

Rollout of_pod(const Json& object) {
  const std::string phase = object.value(Json::json_pointer("/status/phase"), "");
  if (phase == "Failed") return {.failure = "the pod failed: " + object.value(Json::json_pointer("/status/message"), std::string())};
  if (phase == "Succeeded" || condition(object, "Ready", "True")) return {.complete = true};
  return {.message = "the pod is " + phase};
}

}  // namespace

Rollout rollout_of(const std::string& kind, const Json& object) {
  if (kind == "Deployment") return of_deployment(object);
  if (kind == "StatefulSet") return of_stateful_set(object);
  if (kind == "DaemonSet") return of_daemon_set(object);
  if (kind == "Job") return of_job(object);
  if (kind == "Pod") return of_pod(object);
  return {.complete = true};
}

std::string controller_collection(const std::string& kind, const std::string& name_space) {
  static const std::map<std::string, std::string> plurals{{"Deployment", "deployments"}, {"StatefulSet", "statefulsets"}, {"DaemonSet", "daemonsets"}};
  const auto plural = plurals.find(kind);
  return plural == plurals.end() ? "" : "/apis/apps/v1/namespaces/" + name_space + "/" + plural->second;
}

bool selects(const Json& workload, const Json& pod) {
  const auto selector = workload.value(Json::json_pointer("/spec/selector/matchLabels"), Json::object()), labels = pod.value(Json::json_pointer("/metadata/labels"), Json::object());
  for (const auto& [key, value] : selector.items())
    if (labels.value(key, "") != value) return false;
  return !selector.empty();
}

bool is_workload(const std::string& kind) {
  return kind == "Deployment" || kind == "StatefulSet" || kind == "DaemonSet" || kind == "Job" || kind == "Pod";
}

}  // namespace harness
