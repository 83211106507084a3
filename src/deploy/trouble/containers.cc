// Containers that are not started, or end again and again.
#include <re2/re2.h>

#include <csignal>

#include "base/text.h"
#include "deploy/trouble/makers.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;

const Json kNone;

/// The second end: the kubelet starts a container again at once, and a start that lost one race is up by
/// then. One that ends because something else does not answer yet may need a third, which comes 10 s later.
constexpr int64_t kEndsThatAreALoop = 2, kEndsWhereOthersAreMissed = 3;

std::string how_it_ended(const Container& container) {
  const Json& end = last_end(container);
  const auto code = number_at(end, "/exitCode");
  std::string text = code > 128 && code < 160 ? "killed by signal " + std::to_string(code - 128)
                                              : "exit code " + std::to_string(code);
  if (const auto reason = text_at(end, "/reason");
      !reason.empty() && reason != "Error" && reason != "Completed")
    text += " (" + reason + ")";
  return text + ", ended " + std::to_string(ends_of(container)) + " times";
}

std::string memory_limit(const Container& container) {
  for (const auto& spec :
       list_at(container.pod, container.init ? "/spec/initContainers" : "/spec/containers"))
    if (text_at(spec, "/name") == container.name()) return text_at(spec, "/resources/limits/memory");
  return "";
}

/// On a busy machine the end is reported before containerd has heard why: then it is signal 9 to what has a
/// limit, without a probe that kills.
bool killed_for_memory(const Scene& scene, const Container& container) {
  const Json& end = last_end(container);
  if (text_at(end, "/reason") == "OOMKilled") return true;
  if (number_at(end, "/exitCode") != 128 + SIGKILL || memory_limit(container).empty()) return false;
  return warning_about(scene, container.pod, {"Unhealthy"}, "Liveness").is_null() &&
         warning_about(scene, container.pod, {"Unhealthy"}, "Startup").is_null();
}

/// " (did you mean web-config?)"
std::string nearest_of(const Scene& scene, const std::string& kind, const std::string& name) {
  const auto near = nearest(name, names_at(scene, "/api/v1/namespaces/" + scene.name_space() +
                                                      (kind == "secret" ? "/secrets" : "/configmaps")));
  return near ? " (did you mean " + *near + "?)" : "";
}

}  // namespace

bool is_running(const Container& container) {
  return container.status.contains(Json::json_pointer("/state/running"));
}

const Json& last_end(const Container& container) {
  for (const char* state : {"/state/terminated", "/lastState/terminated"})
    if (const Json& end = json_at(container.status, state); !end.is_null()) return end;
  return kNone;
}

int64_t ends_of(const Container& container) {
  return number_at(container.status, "/restartCount") +
         (!is_running(container) && !last_end(container).is_null() ? 1 : 0);
}

std::optional<Diagnosis> missing_configuration(const Scene& scene) {
  static const RE2 object("(configmap|secret) \"([^\"]+)\" not found"),
      key("couldn't find key ([^ ]+) in (ConfigMap|Secret) ([^ ]+)");
  for (const auto& container : containers(scene)) {
    if (text_at(container.status, "/state/waiting/reason") != "CreateContainerConfigError") continue;
    const auto message = text_at(container.status, "/state/waiting/message");
    std::string kind, name;
    Diagnosis found{.cause = container.title(), .evidence = message, .hint = "", .must_last = kMayArrive};
    if (RE2::PartialMatch(message, object, &kind, &name)) {
      found.cause += ": there is no " + std::string(kind == "secret" ? "Secret " : "ConfigMap ") + name;
      found.hint = "add it to a manifest, or deploy what makes it before (after: in components.yaml)" +
                   nearest_of(scene, kind, name);
      wait_for_maker(scene, {kind == "secret", namespace_of(container.pod), name}, found);
    } else if (std::string of; RE2::PartialMatch(message, key, &of, &kind, &name)) {
      found.cause += ": " + kind + " " + name + " has no key " + of;
      found.hint = "add the key there, or correct key: in the manifest";
    } else {
      found.cause += ": its configuration is refused";
      found.hint = "fix what the message names in its manifest";
    }
    return found;
  }
  return std::nullopt;
}

std::optional<Diagnosis> container_not_started(const Scene& scene) {
  for (const auto& container : containers(scene)) {
    if (is_running(container)) continue;
    const auto reason = text_at(container.status, "/state/waiting/reason");
    auto message = text_at(container.status, "/state/waiting/message");
    const Json& end = last_end(container);
    const bool start_error = text_at(end, "/reason") == "StartError";
    if (reason != "CreateContainerError" && reason != "RunContainerError" && !start_error) continue;
    if (start_error) message = text_at(end, "/message");
    return Diagnosis{.cause = container.title() + " cannot be started",
                     .evidence = message,
                     .hint = "check command, entrypoint and the files of its image"};
  }
  return std::nullopt;
}

std::optional<Diagnosis> out_of_memory(const Scene& scene) {
  for (const auto& container : containers(scene)) {
    if (ends_of(container) < kEndsThatAreALoop || is_running(container) ||
        !killed_for_memory(scene, container))
      continue;
    const auto limit = memory_limit(container);
    return Diagnosis{.cause = container.title() + " is killed for using more memory than its limit" +
                              (limit.empty() ? "" : ", " + limit),
                     .evidence = how_it_ended(container),
                     .hint = "raise resources.limits.memory in its manifest, or let the program use less",
                     .pod = container.pod_name(),
                     .container = container.name(),
                     .may_pass = is_of_job(container.pod)};
  }
  return std::nullopt;
}

std::optional<Diagnosis> crash_loop(const Scene& scene) {
  static const RE2 others_missed(
      "(?i)connection refused|no such host|name resolution|name or service not known|timed? "
      "?out|unavailable|unreachable|no route to host");
  for (const auto& container : containers(scene)) {
    const Json& end = last_end(container);
    const bool ended_well = number_at(end, "/exitCode") == 0;
    const bool backs_off = text_at(container.status, "/state/waiting/reason") == "CrashLoopBackOff";
    if (is_running(container) || end.is_null() || (ended_well && !backs_off) ||
        killed_for_memory(scene, container) || text_at(end, "/reason") == "StartError")
      continue;
    const auto ends = ends_of(container);
    if (ends < kEndsThatAreALoop) continue;
    if (ends < kEndsWhereOthersAreMissed &&
        RE2::PartialMatch(scene.log(container.pod_name(), container.name()), others_missed))
      continue;
    return Diagnosis{.cause = container.title() + (ended_well       ? " ends at once, as if it were done"
                                                   : container.init ? " fails at every start"
                                                                    : " crashes at every start"),
                     .evidence = how_it_ended(container),
                     .hint = ended_well ? "a server must not end; a program that ends belongs in a Job"
                                        : "its last log lines tell why",
                     .pod = container.pod_name(),
                     .container = container.name(),
                     .may_pass = is_of_job(container.pod)};
  }
  return std::nullopt;
}

}  // namespace harness
