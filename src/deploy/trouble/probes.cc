// Probes that fail (https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/).
#include <fmt/format.h>
#include <re2/re2.h>

#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;

/// A container whose probes failed once or twice is starting; this is when it is worth a line.
constexpr std::chrono::seconds kUsualStart{4};
/// A program that once took too long may be faster the second time.
constexpr int64_t kKillsThatAreALoop = 2;

/// The last failure of a kind of probe ("Readiness", "Liveness", "Startup") of this container; null where
/// there is none.
const Json& failure_of(const Scene& scene, const Container& container, const std::string& kind) {
  static const Json none;
  const Json& event = warning_about(scene, container.pod, {"Unhealthy"}, kind + " probe");
  const auto field = text_at(event, "/involvedObject/fieldPath");
  return field.empty() || field.find(fmt::format("{{{}}}", container.name())) != std::string::npos ? event
                                                                                                   : none;
}

/// "answers HTTP 503" of the kubelet's words.
std::string answer_of(const std::string& message) {
  std::string part;
  if (RE2::PartialMatch(message, "HTTP probe failed with statuscode: ([0-9]+)", &part))
    return "answers HTTP " + part;
  if (RE2::PartialMatch(message, "dial tcp ([^ ]+): connect: connection refused", &part))
    return "is refused at " + part + ": nothing listens there";
  if (RE2::PartialMatch(message, "context deadline exceeded|timed out|Timeout exceeded"))
    return "is not answered in time";
  return "fails";
}

}  // namespace

std::optional<Diagnosis> impossible_probe(const Scene& scene) {
  static const RE2 impossible(
      "executable file not found|no such file or directory|couldn't find port|permission denied");
  for (const auto& container : containers(scene)) {
    if (!is_running(container) || container.status.value("ready", false)) continue;
    for (const char* kind : {"Readiness", "Startup", "Liveness"}) {
      const auto message = text_at(failure_of(scene, container, kind), "/message");
      if (!RE2::PartialMatch(message, impossible)) continue;
      return Diagnosis{
          .cause = container.title() + ": its " + std::string(kind) + " probe cannot be carried out",
          .evidence = message,
          .hint = "fix the probe's command or port in the manifest",
          .must_last = kMayArrive};
    }
  }
  return std::nullopt;
}

std::optional<Diagnosis> killed_by_probe(const Scene& scene) {
  for (const auto& container : containers(scene)) {
    if (container.status.value("ready", false) ||
        number_at(container.status, "/restartCount") < kKillsThatAreALoop)
      continue;
    for (const char* kind : {"Liveness", "Startup"}) {
      const auto message = text_at(failure_of(scene, container, kind), "/message");
      if (message.empty()) continue;
      return Diagnosis{
          .cause = container.title() + " is killed again and again because its " + kind + " probe " +
                   answer_of(message),
          .evidence =
              message + "\nkilled " + std::to_string(number_at(container.status, "/restartCount")) + " times",
          .hint = "fix the probe's path or port; if the program only starts slowly, give it a startupProbe",
          .pod = container.pod_name(),
          .container = container.name(),
          .may_pass = is_of_job(container.pod)};
    }
  }
  return std::nullopt;
}

std::optional<Diagnosis> gate_not_set(const Scene& scene) {
  for (const auto& pod : scene.pods) {
    if (is_ready(pod) || !has_condition(pod, "ContainersReady")) continue;
    for (const auto& gate : list_at(pod, "/spec/readinessGates")) {
      const auto type = text_at(gate, "/conditionType");
      if (has_condition(pod, type.c_str())) continue;
      const auto message = text_at(condition_of(pod, type.c_str()), "/message");
      return Diagnosis{.cause = "pod " + name_of(pod) +
                                ": its containers are ready, and its readiness gate " + type + " is not",
                       .evidence = message.empty() ? "nothing has set the condition " + type : message,
                       .hint = "deploy what sets the condition, or remove readinessGates from its manifest",
                       .must_last = kUsualStart,
                       .may_pass = true};
    }
  }
  return std::nullopt;
}

std::optional<Diagnosis> not_ready(const Scene& scene) {
  for (const auto& container : containers(scene)) {
    if (!is_running(container) || container.status.value("ready", false)) continue;
    for (const char* kind : {"Readiness", "Startup"}) {
      const auto message = text_at(failure_of(scene, container, kind), "/message");
      if (message.empty()) continue;
      return Diagnosis{
          .cause = container.title() + " runs, but its " + kind + " probe " + answer_of(message),
          .evidence = message,
          .hint = "it may only be slow; else fix the probe's path or port, or what the log shows",
          .pod = container.pod_name(),
          .container = container.name(),
          .must_last = kUsualStart,
          .may_pass = true};
    }
  }
  return std::nullopt;
}

}  // namespace harness
