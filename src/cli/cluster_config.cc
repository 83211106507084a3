#include "cli/cluster_config.h"

#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include "base/files.h"
#include "config/kind_config.h"
#include "gateway_given_yaml.h"
#include "gateway_yaml.h"
#include "kind_yaml.h"

namespace harness {

namespace {

std::string own_or(const Project& project, const std::string& name, std::string_view builtin) {
  const auto file = project.root / "cluster-config" / name;
  return std::filesystem::exists(file) ? read_file(file) : std::string(builtin);
}

}  // namespace

std::string kind_config(const Project& project) { return project_kind_config(project, kKindYaml); }

std::string node_image(const Project& project) {
  const YAML::Node config = YAML::Load(kind_config(project));
  for (const auto& node : config["nodes"])
    if (node["image"]) return node["image"].as<std::string>("");
  return "";
}

std::string kubernetes_version(const Project& project) {
  static const RE2 tag(":(v[0-9]+\\.[0-9]+\\.[0-9]+)(?:@|$)");
  std::string version;
  RE2::PartialMatch(node_image(project), tag, &version);
  return version;
}

std::string gateway_manifest(const Project& project, bool is_given) {
  return is_given ? own_or(project, "gateway-given.yaml", kGatewayGivenYaml)
                  : own_or(project, "gateway.yaml", kGatewayYaml);
}

}  // namespace harness
