#include "framework/pod_state.h"

#include <fmt/format.h>

namespace test {

using nlohmann::json;

namespace {

/// One restart proves nothing: a start that lost a race with something it needs comes up on the second.
constexpr int kCrashesThatAreALoop = 2;

json containers(const json& pod) {
  json all = json::array();
  const auto status = pod.value("status", json::object());
  for (const char* list : {"initContainerStatuses", "containerStatuses"})
    for (const auto& container : status.value(list, json::array())) all.push_back(container);
  return all;
}

std::string with_message(const json& state) {
  const auto message = state.value("message", "");
  return state.value("reason", "") + (message.empty() ? "" : " (" + message + ")");
}

}  // namespace

std::string condition(const json& object, const std::string& type) {
  if (object.is_null()) return "";
  const auto status = object.value("status", json::object());
  for (const auto& one : status.value("conditions", json::array()))
    if (one.value("type", "") == type) return one.value("status", "");
  return "";
}

std::string pod_state(const json& pod) {
  if (pod.is_null()) return "not there";
  std::string text = pod.value("/status/phase"_json_pointer, "no phase yet");
  if (condition(pod, "Ready") == "True") text += ", ready";
  if (condition(pod, "PodScheduled") == "False") text += ", on no node";
  for (const auto& container : containers(pod)) {
    const auto name = container.value("name", "");
    const auto state = container.value("state", json::object());
    if (state.contains("waiting"))
      text += fmt::format("; {} waits: {}", name, with_message(state["waiting"]));
    if (state.contains("terminated"))
      text += fmt::format("; {} ended: {}, exit code {}", name, with_message(state["terminated"]),
                          state["terminated"].value("exitCode", -1));
    if (const int restarts = container.value("restartCount", 0))
      text += fmt::format(", {} restarts", restarts);
  }
  return text;
}

std::string why_it_cannot_start(const json& pod) {
  if (pod.is_null()) return "";
  for (const auto& container : containers(pod)) {
    const auto waiting = container.value("/state/waiting"_json_pointer, json::object());
    const auto reason = waiting.value("reason", "");
    for (const char* lasting : {"ErrImagePull", "ImagePullBackOff", "InvalidImageName",
                                "CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
      if (reason == lasting) return container.value("name", "") + ": " + with_message(waiting);
    if (reason == "CrashLoopBackOff" && container.value("restartCount", 0) >= kCrashesThatAreALoop)
      return container.value("name", "") + ": crashes at every start, exit code " +
             std::to_string(container.value("/lastState/terminated/exitCode"_json_pointer, -1));
  }
  return "";
}

std::string events_of(const Ref& ref) {
  std::string text;
  for (const auto& event : cluster().list({.kind = "Event", .name_space = ref.name_space})) {
    const auto about = event.value("involvedObject", json::object());
    if (about.value("name", "") == ref.name && about.value("kind", "") == ref.kind)
      text += fmt::format("  {} {}: {}\n", event.value("type", ""), event.value("reason", ""),
                          event.value("message", ""));
  }
  return text;
}

}  // namespace test
