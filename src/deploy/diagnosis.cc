#include "deploy/diagnosis.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// Two restarts: a start that lost a race with something it needs comes up by itself on the first.
constexpr int kCrashesThatAreALoop = 2;

std::string text(const Json& object, const char* pointer) { return object.value(Json::json_pointer(pointer), std::string()); }

std::optional<Diagnosis> of_crash(const std::string& name, const Json& status) {
  if (status.value("restartCount", 0) < kCrashesThatAreALoop) return std::nullopt;
  const Json::json_pointer last("/lastState/terminated");
  const Json ended = status.contains(last) ? status[last] : Json::object();
  const bool out_of_memory = ended.value("reason", "") == "OOMKilled";
  return Diagnosis{.cause = "container " + name + (out_of_memory ? " is killed for using more memory than its limit" : " crashes at every start"),
                   .evidence = "exit code " + std::to_string(ended.value("exitCode", -1)) + " (" + ended.value("reason", "") + "), restarted " +
                               std::to_string(status.value("restartCount", 0)) + " times",
                   .hint = out_of_memory ? "raise resources.limits.memory in its manifest" : "its last log lines tell why",
                   .container = name};
}

std::optional<Diagnosis> of_container(const Json& status) {
  const std::string name = status.value("name", "");
  const std::string reason = text(status, "/state/waiting/reason");
  const std::string message = text(status, "/state/waiting/message");
  if (reason == "ErrImagePull" || reason == "ImagePullBackOff")
    return Diagnosis{.cause = "container " + name + ": the image " + status.value("image", "") + " cannot be pulled",
                     .evidence = message,
                     .hint = "images of components.yaml are filled in by the harness; any other must be reachable from the cluster, or be "
                             "an entry of images: with pull:"};
  if (reason == "InvalidImageName")
    return Diagnosis{.cause = "container " + name + ": the image's name is not valid", .evidence = message, .hint = "mend image: in its manifest"};
  if (reason == "CreateContainerConfigError")
    return Diagnosis{.cause = "container " + name + ": its configuration refers to something that is not there",
                     .evidence = message,
                     .hint = "add the ConfigMap, Secret or key to a manifest, or deploy it before (after: in components.yaml)"};
  if (reason == "CreateContainerError" || reason == "RunContainerError" ||
      (!status.contains(Json::json_pointer("/state/running")) && text(status, "/lastState/terminated/reason") == "StartError"))
    return Diagnosis{.cause = "container " + name + " cannot be started",
                     .evidence = message.empty() ? text(status, "/lastState/terminated/message") : message,
                     .hint = "check entrypoint, command and the files of its image"};
  if (reason == "CrashLoopBackOff" || status.value(Json::json_pointer("/state/terminated/exitCode"), 0) != 0) return of_crash(name, status);
  return std::nullopt;
}

}  // namespace

std::optional<Diagnosis> diagnose(const Json& pod) {
  const Json status = pod.value("status", Json::object());
  for (const auto& condition : status.value("conditions", Json::array()))
    if (condition.value("type", "") == "PodScheduled" && condition.value("reason", "") == "Unschedulable")
      return Diagnosis{.cause = "no node can take the pod",
                       .evidence = condition.value("message", ""),
                       .hint = "lower its requests, or mend its nodeSelector, tolerations or volumes",
                       .may_pass = true};
  for (const char* list : {"initContainerStatuses", "containerStatuses"})
    for (const auto& container : status.value(list, Json::array()))
      if (auto found = of_container(container)) return found;
  return std::nullopt;
}

}  // namespace harness
