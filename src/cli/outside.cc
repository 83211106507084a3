#include "cli/outside.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace harness {

namespace {

constexpr size_t kLines = 10, kDestinations = 3;

std::string counted(uint64_t times) { return times == 1 ? "once" : std::to_string(times) + " times"; }

/// What one component, or the pods of one namespace, tried.
struct Who {
  std::string name;
  std::set<std::string> pods = {};
  std::map<std::string, uint64_t> destinations = {};
  uint64_t times = 0;

  std::string line() const {
    std::vector<std::pair<uint64_t, std::string>> most;
    for (const auto& [destination, count] : destinations) most.emplace_back(count, destination);
    std::stable_sort(most.begin(), most.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::string> shown;
    for (const auto& [count, destination] : most)
      shown.push_back(fmt::format("{} ({})", destination, counted(count)));
    const auto who = pods.size() > 1 ? fmt::format("{} pods in {}", pods.size(), name)
                     : pods.empty()  ? name
                                     : "pod " + *pods.begin();
    return who + ": " + first_of(shown, kDestinations);
  }
};

}  // namespace

std::vector<std::string> folded(const std::vector<OutsideAttempt>& attempts) {
  std::map<std::pair<bool, std::string>, Who> all;
  for (const auto& attempt : attempts) {
    const bool is_pod = attempt.who.starts_with("pod ") && attempt.who.find('/') != std::string::npos;
    const auto name = is_pod ? attempt.who.substr(4, attempt.who.find('/') - 4) : attempt.who;
    auto& who = all.try_emplace({is_pod, name}, Who{name}).first->second;
    if (is_pod) who.pods.insert(attempt.who.substr(4));
    who.destinations[attempt.destination] += attempt.times;
    who.times += attempt.times;
  }
  std::vector<const Who*> most;
  for (const auto& [key, who] : all) most.push_back(&who);
  std::stable_sort(most.begin(), most.end(),
                   [](const auto* a, const auto* b) { return a->times > b->times; });
  std::vector<std::string> lines;
  const size_t shown = most.size() > kLines ? kLines - 1 : most.size();
  for (size_t i = 0; i < shown; ++i) lines.push_back(most[i]->line());
  if (most.size() > shown)
    lines.push_back(fmt::format("and {} others: report.html lists all", most.size() - shown));
  return lines;
}

void judge_outside(const std::vector<OutsideAttempt>& attempts, const Context& context) {
  if (attempts.empty()) return;
  const auto lines = folded(attempts);
  const std::string what = "pods tried to reach the outside and were refused",
                    hint =
                        "use a fake in its place, or let the component's pods through: egress: [HOST:PORT]";
  if (context.options.strict)
    throw Error(what, {.output_tail = join(lines, "\n"), .hint = hint, .exit_code = kTestsFailed});
  context.terminal.info(what + ":\n  " + join(lines, "\n  ") + "\n  hint: " + hint);
}

}  // namespace harness
