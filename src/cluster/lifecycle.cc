#include "cluster/lifecycle.h"

#include <utility>

#include "base/error.h"
#include "cluster/docker.h"
#include "cluster/firewall.h"
#include "cluster/given_cluster.h"
#include "cluster/kind.h"
#include "cluster/known_instances.h"
#include "cluster/registry_container.h"
#include "cluster/restarted_nodes.h"

namespace harness {

namespace {

// A node that was started again serves its API after about 7 s.
constexpr std::chrono::seconds kApiDeadline{60};
/// For the pods of a node that was started again: CoreDNS takes some 40 s.
constexpr std::chrono::seconds kAgainDeadline{180};
/// For a gateway that was deployed before; it need not be there.
constexpr std::chrono::seconds kGatewayPatience{10};

Firewall firewall_for(const ClusterConfig& config, const std::vector<Node>& nodes, std::stop_token stop) {
  auto firewall = firewall_of(config.kind, config.hermetic);
  if (nodes.size() > 1)
    for (const auto& node : nodes)
      firewall.nodes.push_back(docker({"inspect", "--format", "{{.NetworkSettings.Networks.kind.IPAddress}}", node.name}, "cannot find node " + node.name, stop));
  return firewall;
}

/// On each node: none keeps it over a restart, and addresses change.
void raise_firewall(const ClusterConfig& config, const std::vector<Node>& nodes, std::stop_token stop) {
  const auto firewall = firewall_for(config, nodes, stop);
  for (const auto& node : nodes) raise(firewall, node.name, stop);
}

/// It may have been lost, when somebody started a node again, and counts from now on.
void renew_firewall(const ClusterConfig& config, const std::vector<Node>& nodes, std::stop_token stop) {
  const auto firewall = firewall_for(config, nodes, stop);
  for (const auto& node : nodes) renew(firewall, node.name, stop);
}

void start_nodes(const ClusterConfig& config, std::vector<Node>& nodes, Terminal& terminal, std::stop_token stop) {
  bool started = false;
  for (auto& node : nodes) {
    if (node.state == "running") continue;
    terminal.info("node " + node.name + " is " + node.state + ": starting it again");
    docker({node.state == "paused" ? "unpause" : "start", node.name}, "cannot start node " + node.name, stop);
    node.is_new_start = node.state != "paused";
    started = started || node.is_new_start;
  }
  if (started) raise_firewall(config, nodes, stop);
}

/// Gives back the gateway's port. Between the look for a free one and the node's start another run may have taken it.
int create_at_free_port(const Instance& instance, const std::string& kind_config, Terminal::Task& task, Terminal& terminal, std::stop_token stop) {
  for (int tries = 1;; ++tries) {
    const int port = pick_gateway_port(tries == 1);
    try {
      create_cluster(instance, with_gateway_port(kind_config, port), [&](std::string_view text) { task.output(text); }, stop);
      return port;
    } catch (const Error& e) {
      if (tries == 3 || !says_port_is_taken(e.details.output_tail)) throw;
      terminal.info("port " + std::to_string(port) + " was taken meanwhile: once more with another");
      delete_cluster(instance.cluster(), stop);
    }
  }
}

RunningCluster create(const Instance& instance, const std::string& registry, const ClusterConfig& config,
                      Terminal& terminal, std::stop_token stop) {
  auto task = terminal.start("cluster", instance.cluster());
  remember_instance(instance);
  const int port = create_at_free_port(instance, config.kind, task, terminal, stop);
  if (port != 80) terminal.info("port 80 is taken: the gateway is at http://localhost:" + std::to_string(port));
  Instance::State state{.url = port == 80 ? "http://localhost" : "http://localhost:" + std::to_string(port), .hermetic = config.hermetic};
  state.registry = join_network(registry, stop);
  auto made = nodes(instance.cluster());
  raise_firewall(config, made, stop);
  for (const auto& node : made) tell_node(node.name, registry, state.registry, stop);
  look_up_starts(made, stop);
  RunningCluster cluster{std::make_unique<KubeApi>(instance.kubeconfig(), kApiDeadline, stop), state.url, std::move(made)};
  instance.save(state);
  task.done();
  return cluster;
}

/// The cluster that is there.
RunningCluster reach(const Instance& instance, Instance::State state, FoundCluster there, const std::string& registry, const ClusterConfig& config, Terminal& terminal,
                     const std::stop_token& stop) {
  RunningCluster cluster{std::move(there.api), state.url, std::move(there.nodes)};
  auto& nodes = cluster.nodes;
  start_nodes(config, nodes, terminal, stop);
  if (config.hermetic) cluster.firewall = std::async(std::launch::async, [config, nodes, stop] { renew_firewall(config, nodes, stop); });
  if (const auto container = join_network(registry, stop, there.registry); container != state.registry) {
    for (const auto& node : nodes) tell_node(node.name, registry, container, stop);
    state.registry = container;
    instance.save(state);
  }
  look_up_starts(nodes, stop);
  cluster.api->wait_until_ready(kApiDeadline, stop);
  for (auto& node : nodes) node.is_new_start = node.is_new_start && state.starts[node.name] != node.started;
  auto task = terminal.start("wait", "restarted nodes");
  wait_for_restarted_nodes(*cluster.api, nodes, kAgainDeadline, [&](const std::string& text) { task.note(text); }, stop);
  return cluster;
}

}  // namespace

FoundCluster find_cluster(const Instance& instance, const std::string& registry) {
  FoundCluster found;
  auto container = std::async(std::launch::async, [&] { return container_at(registry); });
  if (instance.state()) found.api = std::make_unique<KubeApi>(instance.kubeconfig());  // its proxy starts meanwhile
  found.nodes = nodes(instance.cluster());
  found.registry = container.get();
  return found;
}

RunningCluster ensure_cluster(const Instance& instance, FoundCluster there, const std::string& registry, const ClusterConfig& config,
                              bool may_create, Terminal& terminal, std::stop_token stop) {
  const auto state = instance.state();
  auto& found = there.nodes;
  if (state && there.api && !found.empty()) {
    try {
      if (state->hermetic != config.hermetic)
        throw Error(std::string("the cluster is ") + (state->hermetic ? "" : "not ") + "hermetic, and components.yaml says otherwise", {.hint = "-run=TEST or -all makes a new one", .exit_code = kCluster});
      return reach(instance, *state, {found, std::move(there.api), there.registry}, registry, config, terminal, stop);
    } catch (const Error& e) {
      if (!may_create) throw;
      terminal.info(std::string(e.what()) + ": creating the cluster anew");
    }
  } else if (!may_create) {
    throw Error("there is no cluster " + instance.cluster() + " to work on",
                {.hint = "create it with -run=TEST or -all -keep", .exit_code = kCluster});
  } else if (!found.empty()) {
    terminal.info("removing a cluster that was left half made");
  }
  there.api.reset();
  if (!found.empty()) remove_cluster(instance, stop);
  return create(instance, registry, config, terminal, stop);
}

void settle(const Instance& instance, const std::vector<Node>& nodes) {
  auto state = instance.state();
  if (!state) return;
  auto starts = state->starts;
  for (const auto& node : nodes)
    if (!node.started.empty()) starts[node.name] = node.started;
  if (std::exchange(state->starts, starts) != starts) instance.save(*state);
}

RunningCluster join_given_cluster(const Instance& instance, const std::string& registry, std::stop_token stop) {
  RunningCluster cluster{std::make_unique<KubeApi>(instance.kubeconfig(), kApiDeadline, stop), ""};
  cluster.gateway = std::make_unique<PortForward>(instance.kubeconfig(), instance.name_space(), "deployment/gateway", 80);
  cluster.url = cluster.gateway->url();
  if (registry.empty()) {
    cluster.gateway->wait(kGatewayPatience, stop);
    return cluster;
  }
  cluster.load_into = kind_nodes(*cluster.api, stop);
  cluster.registry = reach_registry(registry, cluster.load_into, stop);
  if (cluster.registry.empty()) cluster.load_into.clear();
  return cluster;
}

bool remove_cluster(const Instance& instance, std::stop_token stop) {
  const bool there = !nodes(instance.cluster()).empty();
  instance.forget();
  if (there) delete_cluster(instance.cluster(), stop);
  forget_instance(instance);
  return there;
}

}  // namespace harness
