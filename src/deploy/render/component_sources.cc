#include "deploy/render/component_sources.h"

#include <fmt/format.h>

#include <functional>

#include "base/error.h"
#include "base/files.h"
#include "base/template.h"
#include "deploy/render/config_objects.h"
#include "deploy/render/encoding.h"
#include "deploy/render/hooks.h"
#include "deploy/render/kustomization_files.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// In all texts of the tree, not in its keys.
void substitute(Json& value, const std::string& name_space, const Json::json_pointer& at) {
  for (auto child = value.begin(); value.is_object() && child != value.end(); ++child)
    substitute(*child, name_space, at / child.key());
  for (size_t i = 0; value.is_array() && i < value.size(); ++i) substitute(value[i], name_space, at / i);
  if (!value.is_string()) return;
  auto& text = value.get_ref<std::string&>();
  const TemplateValues values{{"HARNESS_NAMESPACE", {[&](auto) { return name_space; }}}};
  if (const auto problem = template_problem(text, TemplateSyntax::dollar, values))
    throw FieldProblem{at, *problem};
  text = fill_template(text, TemplateSyntax::dollar, values);
}

class SourcesOf {
 public:
  SourcesOf(const Project& project, const Component& component, const RenderSettings& settings,
            const std::optional<ChartAnswers>& answers)
      : project_(project),
        component_(component),
        settings_(settings),
        answers_(answers),
        cache_(settings.folder, project.root),
        replace_([&project, &component](Json& body) {
          if (component.sources.substitutes) substitute(body, project.name_space, Json::json_pointer());
        }) {}

  SourceObjects read() {
    const auto& sources = component_.sources;
    for (const auto& file : sources.manifests)
      add({file.string(), manifest_utf8(read_file(project_.root / file), file.string())},
          project_.name_space);
    if (sources.kustomize)
      add(cache_.text(kustomize_render(project_, component_, settings_)), project_.name_space);
    if (sources.helm) add_chart(*sources.helm);
    if (sources.render)
      add(cache_.text(command_render(project_, component_, settings_)), project_.name_space);
    for (const auto& config : sources.configs) {
      const auto place =
          fmt::format("{}:{}:{}", project_.file.filename().string(), config.at.line, config.at.column);
      add({place, config_object(project_.root, config, place).dump(), place}, project_.name_space);
    }
    return std::move(read_);
  }

 private:
  void add_chart(const HelmChart& chart) {
    const auto& name_space = chart.name_space.empty() ? project_.name_space : chart.name_space;
    const ChartRenders renders(project_, component_, settings_,
                               [this](const auto& line) { read_.remarks.push_back(line); });
    read_.asks_cluster = renders.may_ask_cluster();
    if (!read_.asks_cluster) return add(cache_.text(renders.render({})), name_space);
    if (answers_) return add(cache_.made(renders.render(*answers_)), name_space);
    try {
      add(cache_.text(renders.render({})), name_space);
    } catch (const Error& e) {
      if (!is_of_templates(e)) throw;
      read_.unanswered = e;
    }
  }

  void add(ManifestText text, const std::string& name_space) {
    auto objects = read_manifest(std::move(text), name_space, replace_);
    auto tests = chart_tests(objects);
    auto remarks = take_hooks_out(objects, project_.tests_chart_of(component_.name));
    std::move(tests.begin(), tests.end(), std::back_inserter(read_.tests));
    std::move(objects.begin(), objects.end(), std::back_inserter(read_.objects));
    std::move(remarks.begin(), remarks.end(), std::back_inserter(read_.remarks));
  }

  const Project& project_;
  const Component& component_;
  const RenderSettings& settings_;
  const std::optional<ChartAnswers>& answers_;
  const RenderCache cache_;
  const std::function<void(Json&)> replace_;
  SourceObjects read_;
};

}  // namespace

SourceObjects read_component(const Project& project, const Component& component,
                             const RenderSettings& settings, const std::optional<ChartAnswers>& answers) {
  return SourcesOf(project, component, settings, answers).read();
}

std::string notes_of(const Project& project, const Component& component, const RenderSettings& settings,
                     const ChartAnswers& answers) {
  return ChartRenders(project, component, settings, [](const auto&) {}).notes(answers);
}

std::set<std::string> source_files(const Project& project, const Component& component) {
  const auto& sources = component.sources;
  std::set<std::string> files{sources.manifest_folders.begin(), sources.manifest_folders.end()};
  for (const auto& file : sources.manifests) files.insert(file.string());
  if (sources.kustomize) files.merge(kustomization_files(project.root, sources.kustomize->folder).files);
  if (sources.helm) files.merge(chart_files(project, *sources.helm));
  if (sources.render) files.insert(sources.render->inputs.begin(), sources.render->inputs.end());
  for (const auto& config : sources.configs) {
    for (const auto& entry : config.files) files.insert(entry.substr(entry.find('=') + 1));
    files.insert(config.env_files.begin(), config.env_files.end());
  }
  return files;
}

}  // namespace harness
