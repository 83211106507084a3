#include "cli/events.h"

#include <fmt/format.h>

#include <algorithm>

namespace harness {

using Json = nlohmann::json;

std::vector<Json> events_of(const KubeApi& api, const ApiPatience& patience) {
  auto events = api.get("/api/v1/events", patience).value("items", std::vector<Json>{});
  std::stable_sort(events.begin(), events.end(),
                   [](const Json& a, const Json& b) { return event_time(a) < event_time(b); });
  return events;
}

std::string event_time(const Json& event) {
  const auto last = event.value("lastTimestamp", Json());
  return last.is_string() ? last.get<std::string>() : event["metadata"].value("creationTimestamp", "");
}

std::string event_line(const Json& event) {
  const Json of = event.value("involvedObject", Json::object());
  return fmt::format("{} {} {}/{} {}: {}", event.value("type", ""), of.value("kind", ""),
                     event["metadata"].value("namespace", ""), of.value("name", ""),
                     event.value("reason", ""), event.value("message", ""));
}

}  // namespace harness
