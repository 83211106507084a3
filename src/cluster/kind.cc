#include "cluster/kind.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

#include <chrono>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/text.h"
#include "cluster/docker.h"

namespace harness {

namespace {

constexpr std::chrono::seconds kGone{60};  // a node is created within 5 s; with a slow disk it may take longer

/// The port that 127.0.0.1:`port` could be bound to (0: any), or -1.
int try_bind(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(fd, generic, size) == 0 && getsockname(fd, generic, &size) == 0;
  close(fd);
  return bound ? ntohs(address.sin_port) : -1;
}

/// How docker says for how long a container has run: "Up 5 seconds", "Up About a minute", "Up 2 minutes".
bool says_new_start(const std::string& line) { return RE2::PartialMatch(line, " Up (Less than a second|[0-9]+ seconds?|About a minute)"); }

}  // namespace

bool is_free_port(int port) { return try_bind(port) > 0; }

int pick_gateway_port(bool wanted) {
  const int port = wanted ? try_bind(80) : -1;
  return port > 0 ? port : try_bind(0);
}

std::string with_gateway_port(const std::string& yaml, int port) {
  try {
    const YAML::Node root = YAML::Load(yaml);
    for (const auto& node : root["nodes"])
      for (const auto& mapping : node["extraPortMappings"]) {
        if (mapping["containerPort"].as<int>() != 80 || !mapping["hostPort"]) continue;
        const YAML::Node host = mapping["hostPort"];
        return std::string(yaml).replace(static_cast<size_t>(host.Mark().pos), host.Scalar().size(), std::to_string(port));
      }
  } catch (const YAML::Exception& e) {
    throw Error(std::string("cluster-config/kind.yaml: ") + e.what(), {.exit_code = kUsage});
  }
  throw Error("cluster-config/kind.yaml: no node has an extraPortMappings entry with containerPort 80 and a hostPort",
              {.hint = "the gateway listens there; add {containerPort: 80, hostPort: 80, listenAddress: 127.0.0.1}", .exit_code = kUsage});
}

std::vector<Node> nodes(const std::string& cluster) {
  std::vector<Node> found;
  const auto listed = docker({"ps", "--all", "--filter", "label=io.x-k8s.kind.cluster=" + cluster, "--format", "{{.Names}} {{.State}} {{.Status}}"},
                             "the Docker engine does not answer", {});
  for (const auto& line : split(listed, '\n'))
    if (const auto parts = split(line, ' '); parts.size() >= 2) found.push_back({parts[0], parts[1], says_new_start(line)});
  return found;
}

void create_cluster(const Instance& instance, const std::string& config,
                    const std::function<void(std::string_view)>& on_output, std::stop_token stop) {
  Command command{.args = {"kind", "create", "cluster", "--name", instance.cluster(), "--config", "-", "--kubeconfig",
                           instance.kubeconfig().string()},
                  .input = config,
                  .on_output = on_output};
  try {
    run_checked(command, "cannot create the cluster", kCluster, stop);
  } catch (Error& e) {
    // The second is what KIND says where a node's systemd did not start.
    if (RE2::PartialMatch(e.details.output_tail, "(?i)too many open files|could not find a log line that matches \"Reached target"))
      e.details.hint = std::string("mostly because inotify instances are used up: ") + kMoreInotify;
    throw;
  }
}

void delete_cluster(const std::string& cluster, std::stop_token stop) {
  // --kubeconfig: the user's own is never touched.
  const TempDir scratch;
  const Command command{.args = {"kind", "delete", "cluster", "--name", cluster, "--kubeconfig", (scratch.path() / "none").string()}};
  // The engine goes on creating a node whose maker was killed, and until that has ended deletes it without effect or error.
  for (const auto deadline = std::chrono::steady_clock::now() + kGone;;) {
    run_checked(command, "cannot delete the cluster", kCluster, stop);
    const auto left = nodes(cluster);
    if (left.empty()) return;
    if (std::chrono::steady_clock::now() > deadline)
      throw Error("node " + left[0].name + " is still there after it was deleted",
                  {.command = shell_quoted(command.args), .hint = "docker rm -f -v " + left[0].name, .exit_code = kCluster});
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

void export_logs(const std::string& cluster, const std::filesystem::path& dir, std::stop_token stop) {
  run_checked({.args = {"kind", "export", "logs", "--name", cluster, dir.string()}}, "cannot save the cluster's logs",
              kCluster, stop);
}

}  // namespace harness
