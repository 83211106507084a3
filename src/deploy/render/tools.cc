#include "deploy/render/tools.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/secrets.h"
#include "base/text.h"
#include "deploy/render/documents.h"
#include "deploy/render/kustomization_files.h"
#include "deploy/render/render_inputs.h"
#include "image/input_hash.h"

namespace harness {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr size_t kShownLines = 20;

/// "components.yaml:12:5: component "web"".
std::string title_of(const Project& project, const Component& component, const Position& at) {
  return fmt::format("{}:{}:{}: component \"{}\"", project.file.filename().string(), at.line, at.column,
                     component.name);
}

/// One call of a tool for a component.
struct Call {
  const Project& project;
  const Component& component;
  Position at;
  Command command;
  std::string hint = {};  ///< where it fails
};

std::string output_of(const Call& call, std::stop_token stop) {
  const auto title = title_of(call.project, call.component, call.at);
  Command command = call.command;
  command.dir = call.project.root;
  command.timeout = std::chrono::seconds(call.component.timeout_seconds);
  const auto result = run(command, stop);
  if (result.ok()) return result.out;
  const auto said = tail(result.err.empty() ? result.out : result.err, kShownLines);
  const auto& program = command.args[0];
  const auto how = result.timed_out
                       ? fmt::format("{} did not end in {} s", program, call.component.timeout_seconds)
                   : result.signal ? fmt::format("{} was ended by signal {}", program, result.signal)
                                   : fmt::format("{} exited with {}", program, result.exit_code);
  throw Error(title + ": " + how,
              {.command = shown_command(command.args),
               .output_tail = said,
               .hint = result.timed_out ? "timeout: at the component gives it more time" : call.hint,
               .exit_code = kUsage});
}

void require_program(const std::string& name, const std::string& title, const std::string& hint) {
  if (!find_program(name))
    throw Error(fmt::format("{}: the program {} is missing", title, name),
                {.hint = hint, .exit_code = kCluster});
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& part : parts) all += part + '\0';
  return all;
}

/// What the chart itself says of its version.
void check_version(const Project& project, const Component& component, const RenderSettings& settings) {
  const auto& chart = *component.sources.helm;
  const auto text = output_of(
      {project, component, chart.at, {.args = {"helm", "show", "chart", chart.chart}}}, settings.stop);
  const auto documents = parse_documents({chart.chart, text, "helm"});
  const auto version = documents.empty() ? "" : documents[0].body.value("version", "");
  if (version != chart.version)
    throw Error(fmt::format("{}: the chart {} has version {}, not {}", title_of(project, component, chart.at),
                            chart.chart, version, chart.version),
                {.hint = "correct \"version\", or get that chart: helm pull --version " + chart.version,
                 .exit_code = kUsage});
}

std::vector<std::string> helm_args(const Project& project, const Component& component,
                                   const RenderSettings& settings) {
  const auto& chart = *component.sources.helm;
  std::vector<std::string> args{
      "helm",          "template",    chart.release.empty() ? component.name : chart.release,
      chart.chart,     "--namespace", chart.name_space.empty() ? project.name_space : chart.name_space,
      "--include-crds"};
  if (!settings.kubernetes.empty()) args.insert(args.end(), {"--kube-version", settings.kubernetes});
  for (const auto& file : chart.values) args.insert(args.end(), {"--values", file});
  for (const auto& [name, json] : chart.set) args.insert(args.end(), {"--set-json", name + "=" + json});
  for (const auto& image : chart.images)
    args.insert(args.end(), {"--set-string", image.path + "=" + project.registry + "/" + image.image});
  return args;
}

}  // namespace

Render kustomize_render(const Project& project, const Component& component, const RenderSettings& settings) {
  const auto& kustomization = *component.sources.kustomize;
  const std::vector<std::string> args{"kubectl", "kustomize", kustomization.folder};
  const auto title = title_of(project, component, kustomization.at);
  const auto key = [&project, &kustomization, args] {
    const auto found = kustomization_files(project.root, kustomization.folder);
    if (!found.is_known) return std::string();
    return sha256_hex(joined(args) + program_identity("kubectl").value_or("") +
                      hash_of_files(project.root, found.files));
  };
  const auto make = [&project, &component, &settings, &kustomization, args, title] {
    require_program("kubectl", title, "make setup installs it");
    return output_of(
        {project, component, kustomization.at, {.args = args, .env = {{"KUBECONFIG", settings.kubeconfig}}}},
        settings.stop);
  };
  return {"kustomize " + kustomization.folder, component.name + ".kustomize", key, make};
}

Render helm_render(const Project& project, const Component& component, const RenderSettings& settings) {
  const auto& chart = *component.sources.helm;
  const auto args = helm_args(project, component, settings);
  const auto key = [&project, &chart, args] {
    std::set<std::string> files{chart.values.begin(), chart.values.end()};
    files.insert(chart.chart);
    return sha256_hex(joined(args) + chart.version + '\0' + program_identity("helm").value_or("") +
                      hash_of_files(project.root, files));
  };
  const auto make = [&project, &component, &settings, &chart, args] {
    require_program(
        "helm", title_of(project, component, chart.at),
        fmt::format("go install {} puts it into the bin folder of go env GOPATH, which must be on PATH",
                    kHelm));
    if (!chart.version.empty()) check_version(project, component, settings);
    return output_of(
        {project, component, chart.at, {.args = args, .env = {{"KUBECONFIG", settings.kubeconfig}}}},
        settings.stop);
  };
  return {kHelmTitle + chart.chart, component.name + ".helm", key, make};
}

Render command_render(const Project& project, const Component& component, const RenderSettings& settings) {
  const auto& render = *component.sources.render;
  const auto key = [&project, &render, &settings] {
    if (render.inputs.empty()) return std::string();
    return sha256_hex(render.command + '\0' +
                      hash_files(project.root, inputs_of(render.inputs), settings.stop));
  };
  const auto make = [&project, &component, &settings, &render] {
    return output_of(
        {project,
         component,
         render.at,
         {.args = {"sh", "-c", render.command},
          .env = {{"KUBECONFIG", settings.kubeconfig}, {"HARNESS_NAMESPACE", project.name_space}}}},
        settings.stop);
  };
  return {"render of component " + component.name, component.name + ".render", key, make};
}

}  // namespace harness
