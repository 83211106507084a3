#include "cluster/given_cluster.h"

#include <algorithm>

#include "base/error.h"
#include "base/process.h"
#include "base/text.h"
#include "cluster/docker.h"
#include "cluster/registry_container.h"
#include "pull_image_sh.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// What --flatten leaves as it is: they are relative to the file's folder
/// (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#file-references).
void make_absolute(Json& config, const std::filesystem::path& file) {
  const auto folder = std::filesystem::absolute(file).parent_path();
  const auto absolute = [&](const char* field, bool is_looked_up) {
    const Json::json_pointer at(std::string("/users/0/user/") + field);
    if (!config.contains(at) || !config[at].is_string()) return;
    const std::string path = config[at];
    if (!path.empty() && !(is_looked_up && path.find('/') == std::string::npos))
      config[at] = (folder / path).lexically_normal().string();
  };
  absolute("tokenFile", false);
  absolute("exec/command", true);
}

}  // namespace

GivenKubeconfig read_kubeconfig(const std::filesystem::path& file, const std::string& context,
                                const std::string& name_space, std::stop_token stop) {
  if (!std::filesystem::exists(file))
    throw Error("-kubeconfig: there is no " + file.string(), {.exit_code = kUsage});
  Command view{.args = {"kubectl", "--kubeconfig", file.string(), "config", "view", "--raw", "--minify",
                        "--flatten", "--output=json"}};
  if (!context.empty()) view.args.insert(view.args.end(), {"--context", context});
  const auto result = run(view, stop);  // what it prints is secret
  Json config = Json::parse(result.out, nullptr, false);
  const bool whole = result.ok() && config.is_object() && config["contexts"].is_array() &&
                     config["contexts"].size() == 1 && config["clusters"].is_array() &&
                     config["clusters"].size() == 1;
  if (!whole)
    throw Error(
        "-kubeconfig: " + file.string() + " has no " +
            (context.empty() ? "current context" : "context " + context),
        {.command = shell_quoted({"kubectl", "--kubeconfig", file.string(), "config", "get-contexts"}),
         .output_tail = tail(result.err, 5),
         .hint = "-context=NAME chooses one",
         .exit_code = kUsage});
  make_absolute(config, file);
  config["contexts"][0]["context"]["namespace"] = name_space;
  return {config.dump(2) + "\n", config.value("current-context", ""),
          config["clusters"][0]["cluster"].value("server", "")};
}

std::vector<std::string> kind_nodes(const KubeApi& api, std::stop_token stop) {
  const auto containers =
      split(docker_query({"ps", "--filter", "label=io.x-k8s.kind.cluster", "--format", "{{.Names}}"}), '\n');
  std::vector<std::string> names;
  const Json nodes = api.get("/api/v1/nodes", stop).value("items", Json::array());
  for (const auto& node : nodes) {
    const std::string name = node["metadata"]["name"];
    if (std::find(containers.begin(), containers.end(), name) == containers.end()) return {};
    // Another machine may have a cluster whose nodes have the same names.
    const auto id = node.value(Json::json_pointer("/status/nodeInfo/machineID"), "");
    if (id.empty() || docker_query({"exec", name, "cat", "/etc/machine-id"}) != id) return {};
    names.push_back(name);
  }
  return names;
}

std::string reach_registry(const std::string& registry, const std::vector<std::string>& nodes,
                           std::stop_token stop) {
  if (is_local_registry(registry) && nodes.empty())
    throw Error(
        "the cluster cannot reach the registry at " + registry + ", which exists only on this machine",
        {.hint = "set registry: in components.yaml (and in the manifests) to one that both this machine and "
                 "the cluster's nodes reach",
         .exit_code = kCluster});
  return join_network(registry, stop);
}

void load_image(const std::string& node, const std::string& registry, const std::string& container,
                const std::string& reference, std::stop_token stop) {
  docker({"exec", node, "sh", "-c", std::string(kPullImageSh), registry, container, reference},
         "cannot load " + reference + " into node " + node, stop);
}

}  // namespace harness
