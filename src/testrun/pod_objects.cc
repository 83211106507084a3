#include "testrun/pod_objects.h"

#include "name_process_sh.h"
#include "wait_for_process_sh.h"

namespace harness::testrun {

namespace {

using Json = nlohmann::ordered_json;

/// How long the API server keeps what a harness that was killed has left.
constexpr int kLeftSeconds = 3600;

Json metadata(const PodSettings& settings) {
  return {{"name", settings.name},
          {"namespace", settings.name_space},
          {"labels", {{"testrun.harness/node", settings.name}}}};
}

}  // namespace

std::vector<std::string> lets_go_on(const std::string& file) {
  return {"sh", "-c", std::string(kNameProcessSh), kPodFolder + "/" + file};
}

Json secret_of(const Node& node, const PodSettings& settings) {
  Json data;
  for (const auto& setting : node.config)
    if (setting.element->type == ConfigElement::Type::file && !setting.element->value.from)
      data[setting.element->name] = setting.element->value.text;
  if (data.is_null()) return nullptr;
  return {
      {"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", metadata(settings)}, {"data", std::move(data)}};
}

Json job_of(const Node& node, const PodSettings& settings, Phase phase) {
  const Json folder{{"name", "tm"}, {"mountPath", kPodFolder}};
  auto volumes = Json::array({{{"name", "tm"}, {"emptyDir", Json::object()}}});
  auto mounts = Json::array({folder});
  add_files(
      node,
      [&](const ConfigElement& element) {
        return SecretKey{settings.name, element.name};
      },
      volumes, mounts);
  auto variables = settings.env;
  variables.merge(folder_variables(node));
  variables.emplace("TM_PHASE", word(phase));
  auto main = main_container(node, settings.helper_image, variables, {}, nowhere_else);
  main["volumeMounts"] = std::move(mounts);
  const auto waits_for = [&](const char* name, const char* file) {
    return Json{
        {"name", name},
        {"image", settings.helper_image},
        {"command", {"sh", "-c", unexpanded(std::string(kWaitForProcessSh)), kPodFolder + "/" + file}},
        {"volumeMounts", Json::array({folder})}};
  };
  const auto deadline = std::chrono::ceil<std::chrono::seconds>(node.deadline).count();
  Json pod{{"restartPolicy", "Never"},
           {"automountServiceAccountToken", false},
           {"terminationGracePeriodSeconds", kPodGraceSeconds},
           {"volumes", std::move(volumes)},
           {"initContainers", Json::array({waits_for("fetch", kReadyFile)})},
           {"containers", Json::array({std::move(main), waits_for("keep", kDoneFile)})}};
  return {{"apiVersion", "batch/v1"},
          {"kind", "Job"},
          {"metadata", metadata(settings)},
          {"spec",
           {{"backoffLimit", 0},
            {"activeDeadlineSeconds", deadline + kLeftSeconds},
            {"ttlSecondsAfterFinished", kLeftSeconds},
            {"template",
             {{"metadata", {{"labels", {{"testrun.harness/node", settings.name}}}}},
              {"spec", std::move(pod)}}}}}};
}

}  // namespace harness::testrun
