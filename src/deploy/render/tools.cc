#include "deploy/render/tools.h"

#include "base/hash.h"
#include "deploy/render/kustomization_files.h"
#include "deploy/render/render_inputs.h"
#include "deploy/render/tool_call.h"
#include "image/input_hash.h"

namespace harness {

namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& part : parts) all += part + '\0';
  return all;
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
