#include "testrun/flow_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace harness::testrun {

namespace {

/// Depth first; each cycle is found once, at the edge that closes it.
class CycleFinder {
 public:
  CycleFinder(YamlReader& reader, const StepsByName& steps) : reader_(reader), steps_(steps) {}

  void visit(const Step& step) {
    if (done_.contains(step.name)) return;
    path_.push_back(step.name);
    for (const auto& name : step.depends_on) {
      const auto open = std::find(path_.begin(), path_.end(), name);
      if (open != path_.end())
        report(step, {open, path_.end()});
      else if (const auto next = steps_.find(name); next != steps_.end())
        visit(*next->second);
    }
    path_.pop_back();
    done_.insert(step.name);
  }
  bool found() const { return found_; }

 private:
  void report(const Step& step, std::vector<std::string> cycle) {
    found_ = true;
    cycle.push_back(cycle.front());
    reader_.problem(step.depends_on_at, "steps wait for each other: " + join(cycle, " -> "));
  }

  YamlReader& reader_;
  const StepsByName& steps_;
  std::vector<std::string> path_;
  std::set<std::string> done_;
  bool found_ = false;
};

}  // namespace

StepsByName by_name(const std::vector<Step>& steps) {
  StepsByName all;
  for (const auto& step : steps) all.emplace(step.name, &step);
  return all;
}

bool check_dependencies(YamlReader& reader, const std::vector<Step>& steps) {
  const auto named = by_name(steps);
  std::vector<std::string> names;
  for (const auto& step : steps) names.push_back(step.name);
  bool well_formed = true;
  for (const auto& step : steps)
    for (const auto& name : step.depends_on)
      if (!named.contains(name)) {
        reader.unknown(step.depends_on_at,
                       fmt::format("step \"{}\" depends on \"{}\", which does not exist", step.name, name),
                       name, names);
        well_formed = false;
      }
  CycleFinder cycles(reader, named);
  for (const auto& step : steps) cycles.visit(step);
  if (cycles.found()) return false;
  for (const auto& step : steps) {
    const auto& from = step.artifacts_from;
    if (from.empty()) continue;
    const auto ancestors = ancestors_of(named, step);
    if (!named.contains(from))
      reader.unknown(
          step.artifacts_from_at,
          fmt::format("step \"{}\" takes artifacts from \"{}\", which does not exist", step.name, from), from,
          names);
    else if (std::none_of(ancestors.begin(), ancestors.end(),
                          [&](const auto* one) { return one->name == from; }))
      reader.problem(
          step.artifacts_from_at,
          fmt::format(
              "step \"{}\" takes artifacts from \"{}\", which does not come before it: add it to dependsOn",
              step.name, from));
  }
  return well_formed;
}

std::vector<const Step*> ancestors_of(const StepsByName& steps, const Step& step) {
  std::vector<const Step*> all;
  std::set<const Step*> seen, level{&step};
  while (!level.empty()) {
    std::set<const Step*> next;  // by address: in the file's order
    for (const auto* one : level)
      for (const auto& name : one->depends_on)
        if (const auto parent = steps.find(name); parent != steps.end() && seen.insert(parent->second).second)
          next.insert(parent->second);
    all.insert(all.end(), next.rbegin(), next.rend());
    level = std::move(next);
  }
  return all;
}

}  // namespace harness::testrun
