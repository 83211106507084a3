#include "cluster/direct_hosts.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include "base/proxies.h"
#include "base/secrets.h"
#include "base/text.h"
#include "cluster/docker.h"
#include "cluster/firewall.h"
#include "cluster/registry_container.h"

namespace harness {

namespace {

constexpr int kConnectMilliseconds = 500;

/// Whether something takes connections there.
bool takes_connections(const std::string& address, int port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) return false;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  bool connected = connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  if (pollfd wait{fd, POLLOUT, 0}; !connected && poll(&wait, 1, kConnectMilliseconds) == 1) {
    int error = 0;
    socklen_t size = sizeof error;
    connected = getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
  }
  close(fd);
  return connected;
}

/// This machine's address on KIND's network; "" where there is none yet.
std::string gateway_of_kind() {
  for (const auto& line : split(docker_query({"network", "inspect", "kind", "--format",
                                              "{{range .IPAM.Config}}{{println .Gateway}}{{end}}"}),
                                '\n'))
    if (trim(line).find('.') != std::string::npos) return trim(line);
  return "";
}

}  // namespace

std::vector<std::string> node_names(const std::string& cluster, const std::string& kind_config) {
  std::map<std::string, int> counts;
  try {
    const YAML::Node config = YAML::Load(kind_config);
    if (config.IsMap() && config["nodes"] && config["nodes"].IsSequence())
      for (const auto& node : config["nodes"])
        ++counts[node.IsMap() && node["role"] ? node["role"].as<std::string>("control-plane")
                                              : "control-plane"];
  } catch (const YAML::Exception&) {  // said by who creates the cluster
  }
  if (counts.empty()) counts["control-plane"] = 1;
  if (counts["control-plane"] > 1) counts["external-load-balancer"] = 1;
  std::vector<std::string> names;
  for (const auto& [role, count] : counts)
    for (int i = 1; i <= count; ++i)
      names.push_back(cluster + "-" + role + (i == 1 ? "" : std::to_string(i)));
  return names;
}

std::vector<std::string> reached_directly(const std::string& registry, const Instance& instance,
                                          const std::string& kind_config) {
  if (!names_proxy(proxy_variables())) return {};
  const auto firewall = firewall_of(kind_config, true);
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1"};
  const auto container = container_at(registry);
  if (is_local_registry(registry))
    hosts.push_back(container.empty() ? registry_name(registry) : container.substr(0, container.find(' ')));
  for (auto& name : node_names(instance.cluster(), kind_config)) hosts.push_back(std::move(name));
  for (const auto* subnets : {&firewall.pods, &firewall.services})
    for (const auto& subnet : split(*subnets, ',')) hosts.push_back(trim(subnet));
  for (const auto& line : split(docker_query({"network", "inspect", "kind", "--format",
                                              "{{range .IPAM.Config}}{{println .Subnet}}{{end}}"}),
                                '\n'))
    hosts.push_back(trim(line));
  hosts.insert(hosts.end(), {".svc", ".svc.cluster.local", ".cluster.local"});
  return hosts;
}

std::map<std::string, std::string> proxies_of_nodes(std::vector<std::string>& remarks) {
  std::map<std::string, std::string> changed;
  const auto variables = proxy_variables();
  for (const auto& [name, value] : variables) {
    if (name == "NO_PROXY" || name == "no_proxy" || !is_on_loopback(value)) continue;
    const auto gateway = gateway_of_kind();
    const auto port = proxy_address(value).port;
    const bool there = !gateway.empty() && takes_connections(gateway, port == 0 ? 80 : port);
    changed[name] = there ? with_proxy_host(value, gateway) : "";
    if (!there)
      remarks.push_back(fmt::format("{} is {}, which containers cannot reach: nodes do not use it", name,
                                    without_credentials(value)));
  }
  return changed;
}

}  // namespace harness
