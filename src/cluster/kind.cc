#include "cluster/kind.h"

#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/text.h"
#include "cluster/docker.h"

namespace harness {

namespace {

/// https://github.com/kubernetes-sigs/kind/blob/v0.30.0/pkg/cluster/constants/constants.go
constexpr const char* kLoadBalancer = "external-load-balancer";
constexpr std::chrono::seconds kGone{
    60};  // a node is created within 5 s; with a slow disk it may take longer

/// Whatever the user has chosen for other clusters: nodes are looked for in docker, and the registry is in
/// its network "kind".
const std::map<std::string, std::string> kDocker{{"KIND_EXPERIMENTAL_PROVIDER", ""},
                                                 {"KIND_EXPERIMENTAL_DOCKER_NETWORK", ""}};

/// How docker says for how long a container has run: "Up 5 seconds", "Up About a minute", "Up 2 minutes".
bool says_new_start(const std::string& line) {
  return RE2::PartialMatch(line, " Up (Less than a second|[0-9]+ seconds?|About a minute)");
}

/// One text for all forms of a document.
std::string canonical(const YAML::Node& node) {
  if (node.IsMap()) {
    std::map<std::string, std::string> entries;
    for (const auto& entry : node) entries[canonical(entry.first)] = canonical(entry.second);
    std::string text = "{";
    for (const auto& [key, value] : entries) text += key + ":" + value + ",";
    return text + "}";
  }
  if (node.IsSequence()) {
    std::string text = "[";
    for (const auto& one : node) text += canonical(one) + ",";
    return text + "]";
  }
  return node.IsScalar()
             ? nlohmann::json(node.Scalar()).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
             : "~";
}

}  // namespace

std::string fingerprint(const std::string& yaml) {
  try {
    return sha256_hex(canonical(YAML::Load(yaml))).substr(0, 16);
  } catch (const YAML::Exception& e) {
    throw Error(std::string("cluster-config/kind.yaml: ") + e.what(), {.exit_code = kUsage});
  }
}

std::string with_gateway_port(const std::string& yaml, int port) {
  try {
    const YAML::Node root = YAML::Load(yaml);
    for (const auto& node : root["nodes"])
      for (const auto& mapping : node["extraPortMappings"]) {
        if (mapping["containerPort"].as<int>() != 80 || !mapping["hostPort"]) continue;
        const YAML::Node host = mapping["hostPort"];
        return std::string(yaml).replace(static_cast<size_t>(host.Mark().pos), host.Scalar().size(),
                                         std::to_string(port));
      }
  } catch (const YAML::Exception& e) {
    throw Error(std::string("cluster-config/kind.yaml: ") + e.what(), {.exit_code = kUsage});
  }
  throw Error(
      "cluster-config/kind.yaml: no node has an extraPortMappings entry with containerPort 80 and a hostPort",
      {.hint = "the gateway listens there; add {containerPort: 80, hostPort: 80, listenAddress: 127.0.0.1}",
       .exit_code = kUsage});
}

std::vector<Node> containers(const std::string& cluster) {
  std::vector<Node> found;
  const auto listed =
      docker({"ps", "--all", "--filter", "label=io.x-k8s.kind.cluster=" + cluster, "--format",
              "{{.Names}} {{.State}} {{.Label \"io.x-k8s.kind.role\"}} {{.Status}} {{.Ports}}"},
             "the Docker engine does not answer", {});
  for (const auto& line : split(listed, '\n'))
    if (const auto parts = split(line, ' '); parts.size() >= 2)
      found.push_back({.name = parts[0],
                       .state = parts[1],
                       .role = parts.size() > 2 ? parts[2] : "",
                       .has_gateway_port = line.find("->80/tcp") != std::string::npos,
                       .is_new_start = says_new_start(line)});
  return found;
}

std::vector<Node> only_nodes(std::vector<Node> all) {
  std::erase_if(all, [](const Node& one) { return one.role == kLoadBalancer; });
  return all;
}

std::vector<Node> nodes(const std::string& cluster) { return only_nodes(containers(cluster)); }

void create_cluster(const Instance& instance, const std::string& config,
                    std::map<std::string, std::string> env,
                    const std::function<void(std::string_view)>& on_output, std::stop_token stop) {
  env.insert(kDocker.begin(), kDocker.end());
  Command command{.args = {"kind", "create", "cluster", "--name", instance.cluster(), "--config", "-",
                           "--kubeconfig", instance.kubeconfig().string()},
                  .dir = instance.root(),
                  .env = env,
                  .input = config,
                  .on_output = on_output};
  try {
    run_checked(command, "cannot create the cluster", kCluster, stop);
  } catch (Error& e) {
    // The second is what KIND says where a node's systemd did not start.
    if (RE2::PartialMatch(e.details.output_tail,
                          "(?i)too many open files|could not find a log line that matches \"Reached target"))
      e.details.hint = std::string("often because the inotify instances are used up: ") + kMoreInotify;
    throw;
  }
}

void export_kubeconfig(const Instance& instance, std::stop_token stop) {
  run_checked({.args = {"kind", "export", "kubeconfig", "--name", instance.cluster(), "--kubeconfig",
                        instance.kubeconfig().string()},
               .env = kDocker},
              "cannot write the kubeconfig of " + instance.cluster(), kCluster, stop);
}

void delete_cluster(const std::string& cluster, std::stop_token stop) {
  // --kubeconfig: the user's own is never touched.
  const TempDir scratch;
  const Command command{.args = {"kind", "delete", "cluster", "--name", cluster, "--kubeconfig",
                                 (scratch.path() / "none").string()},
                        .env = kDocker};
  // The engine goes on creating a node whose maker was killed, and until that has ended deletes it without
  // effect or error.
  for (const auto deadline = std::chrono::steady_clock::now() + kGone;;) {
    run_checked(command, "cannot delete the cluster", kCluster, stop);
    const auto left = containers(cluster);
    if (left.empty()) return;
    if (std::chrono::steady_clock::now() > deadline)
      throw Error("node " + left[0].name + " is still there after it was deleted",
                  {.command = shell_quoted(command.args),
                   .hint = "docker rm -f -v " + left[0].name,
                   .exit_code = kCluster});
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

void export_logs(const std::string& cluster, const std::filesystem::path& dir, std::stop_token stop) {
  run_checked({.args = {"kind", "export", "logs", "--name", cluster, dir.string()},
               .env = kDocker,
               .timeout = std::chrono::minutes(5)},
              "cannot save the cluster's logs", kCluster, stop);
}

}  // namespace harness
