#include "suite/timeline.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace harness {

std::vector<SpanGroup> grouped(const std::vector<Span>& spans) {
  std::vector<const Span*> ordered;
  for (const auto& span : spans) ordered.push_back(&span);
  std::stable_sort(ordered.begin(), ordered.end(), [](auto* a, auto* b) { return a->begin < b->begin; });
  std::vector<SpanGroup> groups;
  std::vector<std::vector<Span::Time>> free_from;  // of each group's lanes
  for (const auto* span : ordered) {
    const auto found =
        std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.kind == span->kind; });
    const auto at = static_cast<size_t>(found - groups.begin());
    if (found == groups.end()) {
      groups.push_back({span->kind, {}});
      free_from.emplace_back();
    }
    auto& lanes = free_from[at];
    const auto free =
        std::find_if(lanes.begin(), lanes.end(), [&](auto time) { return time <= span->begin; });
    const auto lane = static_cast<size_t>(free - lanes.begin());
    if (free == lanes.end()) lanes.emplace_back();
    lanes[lane] = span->end;
    groups[at].spans.push_back({span, lane});
    groups[at].lanes = lanes.size();
  }
  return groups;
}

std::vector<Span> step_spans(const std::filesystem::path& artifacts, const std::string& test) {
  std::vector<Span> spans;
  std::ifstream in(artifacts / "steps.jsonl");
  const auto micros = [](double seconds) {
    return std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6));
  };
  for (std::string line; std::getline(in, line);) {
    const auto step = nlohmann::json::parse(
        line, nullptr, false);  // the last line of a test that was killed may be half a line
    if (!step.is_object() || !step.contains("step") || !step["step"].is_string() || !step.contains("begin") ||
        !step["begin"].is_number() || !step.contains("seconds") || !step["seconds"].is_number())
      continue;
    const Span::Time begin{
        std::chrono::duration_cast<Span::Time::duration>(micros(step["begin"].get<double>()))};
    spans.push_back({"step", test + ": " + step["step"].get<std::string>(), begin,
                     begin + micros(step["seconds"].get<double>())});
  }
  return spans;
}

std::string trace_json(const std::vector<Span>& spans) {
  const auto groups = grouped(spans);
  const auto begin = groups.empty() ? Span::Time() : groups.front().spans.front().span->begin;
  const auto micros = [](auto duration) {
    return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  };
  auto events = nlohmann::ordered_json::array();
  for (size_t process = 0; process < groups.size(); ++process) {
    events.push_back({{"ph", "M"},
                      {"name", "process_name"},
                      {"pid", process},
                      {"args", {{"name", groups[process].kind}}}});
    for (const auto& [span, lane] : groups[process].spans)
      events.push_back({{"ph", "X"},
                        {"name", span->name},
                        {"cat", span->kind},
                        {"pid", process},
                        {"tid", lane},
                        {"ts", micros(span->begin - begin)},
                        {"dur", micros(span->end - span->begin)}});
  }
  return nlohmann::ordered_json{{"displayTimeUnit", "ms"}, {"traceEvents", events}}.dump(
             -1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace harness
