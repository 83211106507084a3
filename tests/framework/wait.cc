#include "framework/wait.h"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <utility>

#include "framework/pod_state.h"
#include "framework/step.h"

namespace test {

using nlohmann::json;

namespace {

[[noreturn]] void fail_for(const Ref& pod, const std::string& text) {
  const auto events = events_of(pod);
  throw std::runtime_error(to_string(pod) + " " + text + (events.empty() ? "" : "\nevents:\n" + events));
}

std::string phase(const json& pod) {
  return pod.is_null() ? "" : pod.value("/status/phase"_json_pointer, "");
}

bool has_ended(const json& pod) { return phase(pod) == "Succeeded" || phase(pod) == "Failed"; }

using Holds = std::function<bool(const json& object, std::string& seen)>;

/// The object, once it `holds`; nothing where the time is over. `seen` is then what it last was.
std::optional<json> watched_until(const Ref& what, std::chrono::milliseconds deadline, const Holds& holds,
                                  std::string& seen) {
  json object;
  bool listed = false;  // it was in the list that is being given
  const auto on_event = [&](const std::string& type, const json& now) {
    const bool end_of_list = type == "LISTED" && now.is_null();
    if (end_of_list && std::exchange(listed, false)) return false;  // `holds` had it already
    listed = type == "LISTED" && !end_of_list;
    object = type == "DELETED" ? json() : now;
    const bool enough = holds(object, seen);
    note_seen(seen);
    return enough;
  };
  const auto end = std::chrono::steady_clock::now() + scaled(deadline);
  if (!cluster().watch(what, "", end, on_event)) return {};
  return object;
}

std::string not_in_time(const std::string& wanted, std::chrono::milliseconds deadline,
                        const std::string& seen) {
  return fmt::format("is not {} within {} ms; last seen: {}", wanted, scaled(deadline).count(), seen);
}

json wait_for_pod(const Ref& pod, const std::string& wanted, std::chrono::milliseconds deadline,
                  const std::function<bool(const json&)>& holds) {
  std::string last = "nothing";
  const auto on_change = [&](const json& object, std::string& seen) {
    seen = pod_state(object);
    if (const auto why = why_it_cannot_start(object); !why.empty()) fail_for(pod, "cannot start: " + why);
    return holds(object);
  };
  if (auto object = watched_until(pod, deadline, on_change, last)) return *object;
  fail_for(pod, not_in_time(wanted, deadline, last));
}

}  // namespace

json wait_until(const Ref& what, const std::string& wanted, std::chrono::milliseconds deadline,
                const Holds& holds) {
  std::string last = "nothing";
  if (auto object = watched_until(what, deadline, holds, last)) return *object;
  throw std::runtime_error(to_string(what) + " " + not_in_time(wanted, deadline, last));
}

void wait_until_pod_ready(const Ref& pod, std::chrono::milliseconds deadline) {
  wait_for_pod(pod, "ready", deadline, [&](const json& object) {
    if (has_ended(object)) fail_for(pod, "ended before it was ready: " + pod_state(object));
    return condition(object, "Ready") == "True";
  });
}

std::string wait_until_pod_ended(const Ref& pod, std::chrono::milliseconds deadline) {
  return phase(wait_for_pod(pod, "at its end", deadline, has_ended));
}

void wait_until_gone(const Ref& what, std::chrono::milliseconds deadline) {
  wait_until(what, "gone", deadline, [](const json& object, std::string& seen) {
    if (object.is_null()) return true;
    const auto& metadata = object.at("metadata");
    seen = metadata.contains("deletionTimestamp")
               ? "being deleted, finalizers: " + metadata.value("finalizers", json::array()).dump()
               : "there, and nobody deleted it";
    return false;
  });
}

}  // namespace test
