#include "testrun/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "testrun/flow_checks.h"
#include "testrun/ordering.h"

namespace harness::testrun {

namespace {

using StepNodes = std::map<std::string, std::vector<size_t>>;

class FlowPlanner {
 public:
  FlowPlanner(const Testrun& run, const Catalog& catalog, const Defaults& defaults,
              const std::vector<Step>& steps, bool on_exit)
      : run_(run),
        catalog_(catalog),
        defaults_(defaults),
        steps_(steps),
        named_(by_name(steps)),
        on_exit_(on_exit) {}

  Flow plan() {
    const bool well_formed = check_dependencies(*run_.reader, steps_);
    for (const auto& step : steps_) add_nodes(step);
    flow_.depends = flow_.dag = Dag(flow_.nodes.size());
    if (!well_formed) return std::move(flow_);
    for (const auto& step : steps_)
      for (const auto& name : step.depends_on)
        for (const auto from : nodes_of_[name])
          for (const auto to : nodes_of_[step.name]) flow_.depends.add(from, to);
    flow_.dag = flow_.depends;
    order_siblings(flow_);
    for (size_t i = 0; i < flow_.nodes.size(); ++i) flow_.nodes[i].alone = flow_.dag.alone(i);
    find_artifacts();
    for (auto& node : flow_.nodes) node.config = settings_of(node);
    return std::move(flow_);
  }

 private:
  void add_nodes(const Step& step) {
    for (const auto* found : definitions_of(step)) {
      const auto& definition = found->definition;
      nodes_of_[step.name].push_back(flow_.nodes.size());
      const auto id =
          (on_exit_ ? "onExit/" : "") + step.name + (step.label.empty() ? "" : "/" + definition.name);
      if (definition.disruptive && step.continue_on_error)
        run_.reader->remark(step.continue_on_error_at,
                            fmt::format("note: {}: a disruptive definition never continues on error", id));
      const auto executor = defaults_.only_pods ? ExecutorKind::pod
                                                : step.executor.value_or(defaults_.executor.value_or(
                                                      run_.executor.value_or(ExecutorKind::host)));
      if (definition.command.empty() && executor == ExecutorKind::host)
        run_.reader->problem(
            step.definition_at,
            fmt::format("{}: TestDefinition \"{}\" has no command, which the host executor needs", id,
                        definition.name));
      flow_.nodes.push_back({.id = id,
                             .on_exit = on_exit_,
                             .step = &step,
                             .found = found,
                             .continue_on_error = step.continue_on_error && !definition.disruptive,
                             .deadline = definition.deadline_seconds
                                             ? std::chrono::seconds(*definition.deadline_seconds)
                                             : defaults_.deadline,
                             .executor = executor});
    }
  }

  std::vector<const Found*> definitions_of(const Step& step) {
    auto& reader = *run_.reader;
    const auto set = set_of(step);
    if (!set || (step.definition + step.label).find("${") != std::string::npos)
      return {};  // a parameter without a value
    if (!step.definition.empty()) {
      if (const auto* found = catalog_.by_name(*set, step.definition)) return {found};
      reader.unknown(step.definition_at,
                     fmt::format("no TestDefinition \"{}\" in {}", step.definition, place_of(*set)),
                     step.definition, catalog_.names(*set));
    } else if (!step.label.empty()) {
      try {
        if (auto found = catalog_.by_label(*set, step.label); !found.empty()) return found;
        reader.unknown(step.definition_at,
                       fmt::format("no TestDefinition has label \"{}\" in {}", step.label, place_of(*set)),
                       step.label, catalog_.labels(*set));
      } catch (const Error& e) {
        reader.problem(step.definition_at, std::string(e.what()).substr(0, std::string(e.what()).find('\n')));
      }
    }
    return {};
  }

  /// The name of its location set; nothing, and a problem, where there is none.
  std::optional<std::string> set_of(const Step& step) {
    std::vector<std::string> names;
    for (const auto& set : run_.location_sets) {
      names.push_back(set.name);
      if (step.location_set.empty() ? set.is_default || run_.location_sets.size() == 1
                                    : set.name == step.location_set)
        return set.name;
    }
    if (step.location_set.empty() && (names.empty() || !catalog_.names("").empty())) return "";
    if (step.location_set.empty())
      run_.reader->problem(
          step.at, fmt::format("step \"{}\" names no location set, and none is the default", step.name));
    else
      run_.reader->unknown(step.location_set_at, fmt::format("no location set \"{}\"", step.location_set),
                           step.location_set, names);
    return std::nullopt;
  }

  static std::string place_of(const std::string& set) {
    return set.empty() ? "the locations" : fmt::format("location set \"{}\"", set);
  }

  /// The last node that everything before passes through, but for those whose folders may be wrong.
  void find_artifacts() {
    const auto dominators = flow_.dag.dominators();
    for (size_t i = 0; i < flow_.nodes.size(); ++i) {
      auto& node = flow_.nodes[i];
      if (const auto& from = node.step->artifacts_from; !from.empty()) {
        if (const auto& sources = nodes_of_[from]; !sources.empty()) node.artifacts_from = sources.front();
        if (nodes_of_[from].size() > 1)
          run_.reader->remark(
              node.step->artifacts_from_at,
              fmt::format("warning: step \"{}\" is {} nodes: the folders of {} are taken", from,
                          nodes_of_[from].size(), flow_.nodes[nodes_of_[from].front()].id));
        continue;
      }
      const auto source = std::find_if(dominators[i].rbegin(), dominators[i].rend(), [&](size_t one) {
        return !flow_.nodes[one].continue_on_error && !flow_.nodes[one].step->untrusted;
      });
      if (source != dominators[i].rend()) node.artifacts_from = *source;
    }
  }

  /// Of each name the nearest: TestDefinition, step, shared, global.
  std::vector<Setting> settings_of(const Node& node) const {
    std::map<std::string, Setting> settings;
    const auto add = [&](const std::vector<ConfigElement>& elements, const std::string& origin, bool shared) {
      for (const auto& element : elements)
        if (!shared || !element.is_private) settings.emplace(element.name, Setting{&element, origin});
    };
    add(node.definition().config, "TestDefinition", false);
    add(node.step->config, "step", false);
    for (const auto* ancestor : ancestors_of(named_, *node.step))
      add(ancestor->config, "shared by " + ancestor->name, true);
    add(run_.config, "global", false);
    std::vector<Setting> all;
    for (const auto& [name, setting] : settings) all.push_back(setting);
    return all;
  }

  const Testrun& run_;
  const Catalog& catalog_;
  const Defaults& defaults_;
  const std::vector<Step>& steps_;
  const StepsByName named_;
  const bool on_exit_;
  Flow flow_;
  StepNodes nodes_of_;
};

}  // namespace

Plan make_plan(const Testrun& run, const Catalog& catalog, const Defaults& defaults) {
  return {FlowPlanner(run, catalog, defaults, run.testflow, false).plan(),
          FlowPlanner(run, catalog, defaults, run.on_exit, true).plan()};
}

}  // namespace harness::testrun
