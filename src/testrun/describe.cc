#include <fmt/format.h>

#include <set>

#include "base/secrets.h"
#include "base/text.h"
#include "testrun/plan.h"

namespace harness::testrun {

namespace {

std::string shown_value(const ConfigElement& element) {
  const auto& from = element.value.from;
  if (from)
    return fmt::format("{} {}/{}", from->kind == KeyRef::Kind::secret ? "(hidden) Secret" : "ConfigMap",
                       from->name, from->key);
  if (element.type == ConfigElement::Type::file)
    return fmt::format("file {}, {} characters of base64", element.path, element.value.text.size());
  return names_secret(element.name) ? kHidden : element.value.text;
}

std::string traits(const Node& node) {
  std::vector<std::string> words;
  const auto& definition = node.definition();
  if (definition.serial) words.push_back("serial");
  if (definition.disruptive) words.push_back("disruptive");
  if (node.continue_on_error) words.push_back("continues on error");
  if (node.step->untrusted) words.push_back("untrusted");
  if (node.step->pause) words.push_back("pauses before");
  if (node.executor == ExecutorKind::pod) words.push_back("in a pod");
  if (node.on_exit && node.step->condition != Condition::always)
    words.push_back(node.step->condition == Condition::error ? "on error" : "on success");
  return words.empty() ? "" : "  [" + join(words, ", ") + "]";
}

void describe_flow(const Flow& flow, const char* begin, std::string& text) {
  for (const auto i : flow.dag.order()) {
    const auto& node = flow.nodes[i];
    const auto& definition = node.definition();
    text += fmt::format("{}  {}{}\n", node.id, definition.name, traits(node));
    std::vector<std::string> parents;
    for (const auto parent : flow.dag.parents(i)) parents.push_back(flow.nodes[parent].id);
    if (!parents.empty()) text += "    after      " + join(parents, ", ") + "\n";
    const auto from = node.step->use_global_artifacts ? std::string("the newest global ones")
                      : node.artifacts_from           ? flow.nodes[*node.artifacts_from].id
                                                      : begin;
    text += fmt::format("    location   {}\n    deadline   {}\n    artifacts  {}\n", node.found->place->shown,
                        format_seconds(std::chrono::duration<double>(node.deadline).count()),
                        node.step->untrusted ? "none: untrusted" : from);
    for (const auto& setting : node.config)
      text += fmt::format("    {}={}  ({})\n", setting.element->name, shown_value(*setting.element),
                          setting.origin);
  }
}

}  // namespace

std::string describe(const Plan& plan, const Testrun& run) {
  std::string text = fmt::format("testrun    {}\n", run.base_name);
  for (const auto& [name, value] : run.kubeconfigs)
    text += fmt::format("kubeconfig {}  {}\n", name,
                        value.from ? fmt::format("{} {}/{}", value.secret() ? "Secret" : "ConfigMap",
                                                 value.from->name, value.from->key)
                                   : "(hidden) in the Testrun");
  describe_flow(plan.testflow, "those of the run", text);
  describe_flow(plan.on_exit, "the newest global ones", text);
  return text;
}

std::vector<std::string> host_notes(const Plan& plan) {
  std::set<std::string> notes;
  for (const auto* flow : {&plan.testflow, &plan.on_exit})
    for (const auto& node : flow->nodes) {
      const auto& definition = node.definition();
      if (node.executor != ExecutorKind::host) continue;
      if (!definition.image.empty())
        notes.insert(fmt::format("note: {}: image {} is not used: the command runs on this machine",
                                 definition.name, definition.image));
      if (!definition.resources.is_null())
        notes.insert(fmt::format("note: {}: resources are not limited on this machine", definition.name));
      for (const auto& setting : node.config)
        if (setting.element->type == ConfigElement::Type::file)
          notes.insert(fmt::format("note: file {} is at ${}, in a folder of the step, not at {}",
                                   setting.element->name, setting.element->name, setting.element->path));
    }
  return {notes.begin(), notes.end()};
}

}  // namespace harness::testrun
