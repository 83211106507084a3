#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <utility>

#include "testrun/read.h"

namespace harness::testrun {

namespace {

constexpr auto kKubernetes = Reading::kubernetes;

Condition read_condition(YamlReader& reader, Fields& fields, const std::string& what) {
  const auto text = fields.text("condition");
  if (text == "error") return Condition::error;
  if (text == "success") return Condition::success;
  if (!text.empty() && text != "always")
    reader.problem(fields.at("condition"),
                   fmt::format("{}: condition \"{}\" must be error, success or always", what, text));
  return Condition::always;
}

class FlowReader {
 public:
  FlowReader(YamlReader& reader, std::string flow) : reader_(reader), flow_(std::move(flow)) {}

  std::vector<Step> read(const std::vector<YAML::Node>& items) {
    const bool lists =
        std::any_of(items.begin(), items.end(), [](const auto& item) { return item.IsSequence(); });
    if (lists)
      reader_.remark(YamlReader::position(items.front()),
                     fmt::format("note: {} is a list of lists, the older form: each inner list runs at once, "
                                 "after the one before it",
                                 flow_));
    for (const auto& item : items) {
      if (!item.IsSequence()) {
        read_step(item, lists ? previous_ : std::vector<std::string>{});
        if (lists) previous_ = {steps_.back().name};
        continue;
      }
      std::vector<std::string> group;
      for (const auto& inner : item) {
        read_step(inner, previous_);
        group.push_back(steps_.back().name);
      }
      if (!group.empty()) previous_ = group;
    }
    return std::move(steps_);
  }

 private:
  void read_step(const YAML::Node& node, const std::vector<std::string>& after) {
    Step step{.at = YamlReader::position(node)};
    const bool older = node.IsMap() && !node["definition"];
    std::vector<std::string> known{"name",  "definition", "dependsOn", "artifactsFrom", "useGlobalArtifacts",
                                   "pause", "annotations"};
    if (older)
      known.insert(known.end(), {"label", "config", "locationSet", "location", "continueOnError", "condition",
                                 "untrusted"});
    if (!older) known.push_back("condition");
    Fields fields(reader_, node, flow_ + ": a step", known, kKubernetes);
    step.name = fields.text("name");
    if (older) {
      if (!std::exchange(said_older_, true))
        reader_.remark(step.at, fmt::format("note: {}: a step without definition is the older form: its name "
                                            "or label is that of the TestDefinition",
                                            flow_));
      read_what_it_runs(fields, step);
      step.name = unused_name(step.definition.empty() ? step.label : step.definition);
    } else if (const auto* definition = fields.node("definition")) {
      Fields inner(
          reader_, *definition, what(step),
          {"name", "label", "config", "locationSet", "location", "continueOnError", "condition", "untrusted"},
          kKubernetes);
      read_what_it_runs(inner, step);
      if (fields.has("condition")) {
        reader_.remark(
            fields.at("condition"),
            "note: " + what(step) + ": condition beside name is the older form: it belongs into definition");
        step.condition = read_condition(reader_, fields, what(step));
        step.condition_at = fields.at("condition");
      }
    }
    step.depends_on = fields.list("dependsOn");
    step.depends_on_at = fields.at("dependsOn");
    step.depends_on.insert(step.depends_on.end(), after.begin(), after.end());
    step.artifacts_from = fields.text("artifactsFrom");
    step.artifacts_from_at = fields.at("artifactsFrom");
    step.use_global_artifacts = fields.boolean("useGlobalArtifacts");
    if (step.use_global_artifacts && !step.artifacts_from.empty())
      reader_.problem(fields.at("useGlobalArtifacts"),
                      what(step) + ": useGlobalArtifacts and artifactsFrom exclude each other");
    if (const auto* pause = fields.node("pause")) {
      Fields inner(reader_, *pause, what(step) + ": pause", {"enabled", "resumeTimeoutSeconds"}, kKubernetes);
      step.pause = inner.boolean("enabled");
      step.resume_timeout_seconds = inner.number("resumeTimeoutSeconds", 1);
    }
    if (fields.has("annotations"))
      step.executor = read_executor(reader_, fields.map("annotations"), fields.at("annotations"));
    add(std::move(step), fields);
  }

  void read_what_it_runs(Fields& fields, Step& step) {
    step.definition = fields.text("name");
    step.label = fields.text("label");
    step.definition_at = fields.at(step.label.empty() ? "name" : "label");
    step.config = read_config(reader_, fields, what(step));
    step.location_set = fields.text("locationSet");
    step.location_set_at = fields.at("locationSet");
    if (fields.has("location")) {
      reader_.remark(fields.at("location"),
                     "note: " + what(step) + ": location is the older form of locationSet");
      if (step.location_set.empty()) {
        step.location_set = fields.text("location");
        step.location_set_at = fields.at("location");
      }
    }
    step.continue_on_error = fields.boolean("continueOnError");
    step.continue_on_error_at = fields.at("continueOnError");
    step.condition = read_condition(reader_, fields, what(step));
    step.condition_at = fields.has("condition") ? fields.at("condition") : Position{};
    step.untrusted = fields.boolean("untrusted");
  }

  void add(Step step, const Fields& fields) {
    const auto of = what(step);
    if (step.definition.empty() && step.label.empty())
      reader_.problem(step.at, of + " needs a definition with the name or the label of TestDefinitions");
    if (!step.definition.empty() && !step.label.empty())
      reader_.problem(step.definition_at, of + ": a definition has either a name or a label");
    if (step.name.empty())
      reader_.problem(step.at, of + " has no name");
    else if (!RE2::FullMatch(step.name, "[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"))
      reader_.problem(fields.at("name"), of + ": a step's name is at most 63 letters, digits, -, _ and .");
    if (!step.name.empty() && !names_.insert(step.name).second)
      reader_.problem(fields.at("name"), fmt::format("{}: duplicate step name \"{}\"", flow_, step.name));
    if (flow_ == "testflow" && step.condition_at.line > 0)
      reader_.remark(step.condition_at,
                     "warning: " + of + ": a condition counts in onExit only and is left out");
    steps_.push_back(std::move(step));
  }

  /// Of the older form, in which two steps may run the same definition.
  std::string unused_name(std::string of) const {
    RE2::GlobalReplace(&of, "[^a-z0-9]+", "-");
    std::string name = of;
    for (int i = 2; names_.contains(name); ++i) name = fmt::format("{}-{}", of, i);
    return name;
  }

  std::string what(const Step& step) const {
    return step.name.empty() ? fmt::format("{}: a step", flow_)
                             : fmt::format("{}: step \"{}\"", flow_, step.name);
  }

  YamlReader& reader_;
  const std::string flow_;
  std::vector<Step> steps_;
  std::set<std::string> names_;
  bool said_older_ = false;
  std::vector<std::string> previous_;  ///< of a list of lists: the steps of the list before
};

}  // namespace

std::vector<Step> read_flow(YamlReader& reader, Fields& spec, const std::string& key) {
  return FlowReader(reader, key == "onExit" ? key : "testflow").read(spec.sequence(key));
}

}  // namespace harness::testrun
