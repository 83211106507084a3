#include "testrun/emit/pod.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/error.h"
#include "base/secrets.h"
#include "fill_folders_sh.h"
#include "testrun/emit/folders.h"
#include "testrun/emit/written.h"

namespace harness::testrun {

namespace {

Json mount(const std::string& volume, const std::string& path, const std::string& sub_path = "") {
  Json one{{"name", volume}, {"mountPath", path}};
  if (!sub_path.empty()) one["subPath"] = sub_path;
  return one;
}

void warn_of(Context& context, const Node& node, const Repository& repository) {
  const auto& step = *node.step;
  const auto& definition = node.definition();
  if (step.pause) context.warn("does not pause there", node.id);
  if (step.executor == ExecutorKind::host)
    context.warn("annotated for this machine, and in a pod there", node.id);
  if (definition.image.empty())
    context.warn("no image: it runs in " + context.helper_image(), "TestDefinition " + definition.name);
  const auto& place = *node.found->place;
  if (repository.url.empty())
    context.warn(
        "a folder of this machine: there the working folder is empty, unless the Testrun's annotation "
        "testrun.harness/repository is a URL from which its commit can be cloned",
        place.shown);
  else if (place.repository.empty())
    context.warn(fmt::format("there it is commit {} of {}: what is not committed and pushed is not there",
                             repository.commit.substr(0, 12), without_credentials(repository.url)),
                 place.shown);
}

/// Tekton's entrypoint replaces results and artifacts of other steps in all that a program gets, wherever it
/// is from.
void expect_not_of_steps(const Node& node, const std::string& text) {
  static const RE2 of_steps(
      R"((\$\(steps\..*?\.results\..*?\)|\$\(steps\.[^.]+\.(?:inputs|outputs)\.[^.)]+\)))");
  std::string found;
  if (RE2::PartialMatch(text, of_steps, &found))
    throw Error(
        fmt::format(
            "{}: an argument or a variable has {}, which Tekton replaces in whatever a program is given",
            node.id, found),
        {.hint = "give it as the content of a file (config: type: file), or in parts", .exit_code = kUsage});
}

}  // namespace

Pod pod_of(Context& context, const Node& node, const PodWords& words) {
  const bool untrusted = node.step->untrusted;
  const auto repository = repository_of(*node.found->place, context.repository_url(node.found->place->root));
  warn_of(context, node, repository);
  const auto tm = mount("tm", kPodFolder);
  auto volumes = Json::array({{{"name", "tm"}, {"emptyDir", Json::object()}}});
  auto prepare_mounts = Json::array({tm, mount(words.volume, kRunFolder)});
  auto main_mounts = Json::array({tm});
  for (const auto* folder : {"shared", "export", "kubeconfig"})
    if (!untrusted || std::string(folder) != "shared")
      main_mounts.push_back(
          mount(words.volume, kPodFolder + "/" + folder, path_on_volume(node) + "/" + folder));
  if (const auto source = kubeconfig_volume(context.run, context.name, untrusted); !source.is_null()) {
    volumes.push_back({{"name", "kubeconfigs"}, {"projected", source["projected"]}});
    prepare_mounts.push_back(mount("kubeconfigs", kPodFolder + "/begin/kubeconfig"));
  }
  add_files(
      node,
      [&](const ConfigElement& element) {
        return SecretKey{context.name, written_key(element)};
      },
      volumes, main_mounts);

  const Elsewhere elsewhere = [&](const std::string& text) {
    if (context.settings.engine == Engine::tekton) expect_not_of_steps(node, text);
    return context.elsewhere(text);
  };
  auto variables = folder_variables(node);
  if (!repository.folder.empty()) variables["TM_REPO_PATH"] += "/" + repository.folder;
  std::map<std::string, std::string> said{{"TM_TESTRUN_ID", words.testrun_id}};
  const auto phase = node.on_exit ? words.phase : std::string("Running");
  if (!phase.empty()) said["TM_PHASE"] = phase;
  auto main = main_container(node, context.helper_image(), variables, said, elsewhere);
  main["volumeMounts"] = std::move(main_mounts);

  Json prepare{{"name", "prepare"},
               {"image", context.helper_image()},
               {"command", {"sh", "-c", std::string(kFillFoldersSh)}}};
  auto env = Json::array();
  for (const auto& [name, value] : filling_variables(context.plan, node, repository))
    env.push_back(variable_of(name, value, elsewhere));
  if (node.on_exit && !phase.empty()) env.push_back({{"name", "TM_PHASE"}, {"value", phase}});
  if (!repository.url.empty()) {
    // Credentials are not for who reads the objects.
    const bool is_secret = without_credentials(repository.url) != repository.url;
    env.push_back(variable_of(
        kRepositoryVariable, repository.url,
        is_secret ? [&](const std::string& text) { return std::optional(context.keep(text)); } : elsewhere));
  }
  prepare["env"] = std::move(env);
  prepare["volumeMounts"] = std::move(prepare_mounts);
  return {std::move(volumes), std::move(prepare), std::move(main)};
}

}  // namespace harness::testrun
