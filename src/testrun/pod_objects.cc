#include "testrun/pod_objects.h"

#include <fmt/format.h>

namespace harness::testrun {

namespace {

using Json = nlohmann::ordered_json;

/// How long the API server keeps what a harness that was killed has left.
constexpr int kLeftSeconds = 3600;
/// As for processes: between SIGTERM and SIGKILL.
constexpr int kGraceSeconds = 2;

Json metadata(const PodSettings& settings) { return {{"name", settings.name}, {"namespace", settings.name_space}, {"labels", {{"testrun.harness/node", settings.name}}}}; }

bool withheld(const Node& node, const ConfigElement& element) { return node.step->untrusted && element.value.secret(); }

Json env_of(const Node& node, const PodSettings& settings, Phase phase) {
  const auto& place = *node.found->place;
  std::map<std::string, std::string> plain = settings.env;
  plain.insert({{"TM_KUBECONFIG_PATH", kPodFolder + "/kubeconfig"}, {"TM_EXPORT_PATH", kPodFolder + "/export"}, {"TM_REPO_PATH", kPodFolder + "/repo"}, {"TM_GIT_SHA", place.commit}, {"TM_GIT_REF", place.ref}, {"TM_PHASE", word(phase)}});
  if (!node.step->untrusted) plain["TM_SHARED_PATH"] = kPodFolder + "/shared";
  auto env = Json::array();
  for (const auto& setting : node.config) {
    const auto& element = *setting.element;
    if (plain.contains(element.name) || withheld(node, element)) continue;
    const auto& from = element.value.from;
    if (element.type == ConfigElement::Type::file)
      env.push_back({{"name", element.name}, {"value", element.path}});
    else if (from)
      env.push_back({{"name", element.name}, {"valueFrom", {{from->kind == KeyRef::Kind::secret ? "secretKeyRef" : "configMapKeyRef", {{"name", from->name}, {"key", from->key}}}}}});
    else
      env.push_back({{"name", element.name}, {"value", element.value.text}});
  }
  for (const auto& [name, value] : plain) env.push_back({{"name", name}, {"value", value}});
  return env;
}

/// A volume for each file, mounted at its very path.
void add_files(const Node& node, const PodSettings& settings, Json& volumes, Json& mounts) {
  for (const auto& setting : node.config) {
    const auto& element = *setting.element;
    if (element.type != ConfigElement::Type::file || withheld(node, element)) continue;
    const auto name = fmt::format("file-{}", volumes.size());
    const auto& from = element.value.from;
    const auto item = [&](const std::string& key) { return Json::array({{{"key", key}, {"path", "content"}}}); };
    if (from && from->kind == KeyRef::Kind::config_map)
      volumes.push_back({{"name", name}, {"configMap", {{"name", from->name}, {"items", item(from->key)}}}});
    else
      volumes.push_back({{"name", name}, {"secret", {{"secretName", from ? from->name : settings.name}, {"items", item(from ? from->key : element.name)}}}});
    mounts.push_back({{"name", name}, {"mountPath", element.path}, {"subPath", "content"}});
  }
}

}  // namespace

Json secret_of(const Node& node, const PodSettings& settings) {
  Json data;
  for (const auto& setting : node.config)
    if (setting.element->type == ConfigElement::Type::file && !setting.element->value.from) data[setting.element->name] = setting.element->value.text;
  if (data.is_null()) return nullptr;
  return {{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", metadata(settings)}, {"data", std::move(data)}};
}

Json job_of(const Node& node, const PodSettings& settings, Phase phase) {
  const auto& definition = node.definition();
  const Json folder{{"name", "tm"}, {"mountPath", kPodFolder}};
  auto volumes = Json::array({{{"name", "tm"}, {"emptyDir", Json::object()}}});
  auto mounts = Json::array({folder});
  add_files(node, settings, volumes, mounts);
  Json main{{"name", "main"}, {"image", definition.image.empty() ? settings.helper_image : definition.image}, {"workingDir", kPodFolder + "/repo"}, {"env", env_of(node, settings, phase)}, {"volumeMounts", std::move(mounts)}};
  if (!definition.command.empty()) main["command"] = definition.command;
  if (!definition.args.empty()) main["args"] = definition.args;
  if (!definition.resources.is_null()) main["resources"] = definition.resources;
  const auto waits_for = [&](const char* name, const char* file) {
    return Json{{"name", name}, {"image", settings.helper_image}, {"command", {"sh", "-c", fmt::format("trap 'exit 0' TERM; until [ -e {}/{} ]; do sleep 0.1; done", kPodFolder, file)}}, {"volumeMounts", Json::array({folder})}};
  };
  const auto deadline = std::chrono::ceil<std::chrono::seconds>(node.deadline).count();
  Json pod{{"restartPolicy", "Never"},
           {"automountServiceAccountToken", false},
           {"terminationGracePeriodSeconds", kGraceSeconds},
           {"volumes", std::move(volumes)},
           {"initContainers", Json::array({waits_for("fetch", ".ready")})},
           {"containers", Json::array({std::move(main), waits_for("keep", ".done")})}};
  return {{"apiVersion", "batch/v1"},
          {"kind", "Job"},
          {"metadata", metadata(settings)},
          {"spec",
           {{"backoffLimit", 0},
            {"activeDeadlineSeconds", deadline + kLeftSeconds},
            {"ttlSecondsAfterFinished", kLeftSeconds},
            {"template", {{"metadata", {{"labels", {{"testrun.harness/node", settings.name}}}}}, {"spec", std::move(pod)}}}}}};
}

}  // namespace harness::testrun
