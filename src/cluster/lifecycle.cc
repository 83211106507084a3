#include "cluster/lifecycle.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.h"
#include "cluster/direct_hosts.h"
#include "cluster/docker.h"
#include "cluster/firewall.h"
#include "cluster/given_cluster.h"
#include "cluster/inside.h"
#include "cluster/kind.h"
#include "cluster/known_instances.h"
#include "cluster/port_holders.h"
#include "cluster/ports.h"
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

/// Of the node that the gateway's pod is to run on (cluster-config/gateway.yaml).
constexpr const char* kGatewayLabel = "harness.gateway";

Firewall firewall_for(const ClusterConfig& config, const std::vector<Node>& nodes, std::stop_token stop) {
  auto firewall = firewall_of(config.kind, config.hermetic);
  if (nodes.size() > 1)
    for (const auto& node : nodes)
      firewall.nodes.push_back(
          docker({"inspect", "--format", "{{.NetworkSettings.Networks.kind.IPAddress}}", node.name},
                 "cannot find node " + node.name, stop));
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

/// Whether one was started.
bool start_containers(std::vector<Node>& containers, Terminal& terminal, std::stop_token stop) {
  bool started = false;
  for (auto& one : containers) {
    if (one.state == "running") continue;
    terminal.info("node " + one.name + " is " + one.state + ": starting it again");
    try {
      docker({one.state == "paused" ? "unpause" : "start", one.name}, "cannot start node " + one.name, stop);
    } catch (Error& e) {
      if (e.details.hint.empty())
        e.details.hint = "the cluster stays as it is; -teardown deletes it, and the next run makes another";
      throw;
    }
    one.is_new_start = one.state != "paused";
    started = started || one.is_new_start;
  }
  return started;
}

/// Gives back the gateway's port. Between the look for a free one and the node's start another run may have
/// taken it.
int create_at_free_port(const Instance& instance, const ClusterConfig& config, Terminal::Task& task,
                        Terminal& terminal, std::stop_token stop) {
  std::vector<std::string> remarks;
  const auto env = proxies_of_nodes(remarks);
  for (const auto& text : remarks) terminal.info("warning: " + text);
  for (int tries = 1;; ++tries) {
    const bool is_planned = tries == 1 && config.gateway_port > 0 && is_free_port(config.gateway_port);
    const int port = is_planned || config.is_exact ? config.gateway_port : pick_gateway_port(tries == 1);
    instance.begin_making();
    try {
      create_cluster(
          instance, with_gateway_port(config.kind, port), env,
          [&](std::string_view text) { task.output(text); }, stop);
      instance.end_making();
      if (port != 80 && !config.is_exact)
        terminal.info(fmt::format("port 80 {}: the gateway is at http://localhost:{}",
                                  tries == 1 ? "is taken" : "is not available", port));
      return port;
    } catch (const Error& e) {
      if (tries == 3 || config.is_exact || !says_port_is_refused(e.details.output_tail)) throw;
      terminal.info(fmt::format("port {} {}: trying another port", port,
                                says_port_is_taken(e.details.output_tail)
                                    ? "was taken in the meantime"
                                    : "cannot be published by the Docker engine"));
      remove_cluster(instance, Removal::half_made, stop);
      remember_instance(instance);
    }
  }
}

std::string url_of(int port) {
  return port == 80 ? "http://localhost" : "http://localhost:" + std::to_string(port);
}

/// The port of this machine that leads to port 80 of one of the nodes.
int gateway_port_of(const std::vector<Node>& nodes) {
  for (const auto& node : nodes) {
    int port = 0;
    const auto shown = docker_query({"port", node.name, "80/tcp"});
    if (RE2::PartialMatch(shown, ":([0-9]+)", &port)) return port;
  }
  return 0;
}

/// What the next run needs to know of a cluster, and its nodes keep.
std::string record_of(const Instance::State& state) {
  return nlohmann::json{{"hermetic", state.hermetic}, {"config", state.config}}.dump();
}

/// The node on whose port 80 requests arrive; the gateway's pod is bound to its label.
void choose_gateway_node(const Instance& instance, const KubeApi& api, const std::vector<Node>& nodes,
                         Instance::State& state, std::stop_token stop) {
  if (!state.gateway.empty()) return;
  const auto with_port =
      std::find_if(nodes.begin(), nodes.end(), [](const Node& node) { return node.has_gateway_port; });
  const auto& node = with_port == nodes.end() ? nodes.front() : *with_port;
  api.patch("/api/v1/nodes/" + node.name, {{"metadata", {{"labels", {{kGatewayLabel, ""}}}}}}, stop);
  state.gateway = node.name;
  instance.save(state);
}

RunningCluster create(const Instance& instance, const std::string& registry, const ClusterConfig& config,
                      Terminal& terminal, std::stop_token stop) {
  auto task = terminal.start("cluster", instance.cluster());
  remember_instance(instance);
  const int port = create_at_free_port(instance, config, task, terminal, stop);
  Instance::State state{.url = url_of(port), .hermetic = config.hermetic, .config = fingerprint(config.kind)};
  auto made = nodes(instance.cluster());
  for (const auto& node : made) record_in(node.name, record_of(state), stop);
  state.registry = join_network(registry, stop);
  raise_firewall(config, made, stop);
  for (const auto& node : made) tell_node(node.name, registry, state.registry, stop);
  look_up_starts(made, stop);
  RunningCluster cluster{std::make_unique<KubeApi>(instance.kubeconfig(), kApiDeadline, stop), state.url,
                         std::move(made)};
  choose_gateway_node(instance, *cluster.api, cluster.nodes, state, stop);
  task.done();
  return cluster;
}

/// The state of a cluster that is complete, and has lost it: the file is missing, or cannot be read.
Instance::State taken_over(const Instance& instance, const std::vector<Node>& nodes,
                           const ClusterConfig& config, std::stop_token stop) {
  const auto record = nlohmann::json::parse(recorded_in(nodes.front().name), nullptr, false);
  const int port = gateway_port_of(nodes);
  if (port == 0)
    throw Error(
        "cluster " + instance.cluster() + " has no port for the gateway, and its instance.json was lost",
        {.hint = "-teardown deletes it, and the next run makes another", .exit_code = kCluster});
  export_kubeconfig(instance, stop);
  remember_instance(instance);
  const bool is_known = record.is_object();  // else its maker was killed before anything was deployed
  return {.url = url_of(port),
          .hermetic = is_known ? record.value("hermetic", config.hermetic) : config.hermetic,
          .config = is_known ? record.value("config", "") : fingerprint(config.kind)};
}

/// The same, of what is known of the cluster.
std::string changes_since(const Instance::State& state, const ClusterConfig& config) {
  if (state.hermetic != config.hermetic)
    return fmt::format("hermetic: is now {}, but the cluster was made with {}", config.hermetic,
                       state.hermetic);
  if (!state.config.empty() && state.config != fingerprint(config.kind))
    return "cluster-config/kind.yaml, nodes:, zones: or ports: have changed since the cluster was made";
  if (config.is_exact && state.url != url_of(config.gateway_port))
    return fmt::format("gateway: {{port: {}}} is set, but the cluster's gateway is at {}",
                       config.gateway_port, state.url);
  return "";
}

/// Returns once the API answers. Throws the Error of it, with what the cluster's containers say, where that
/// is not the cluster's own death; else that error is given back.
std::optional<Error> wait_for_api(const KubeApi& api, const Instance& instance,
                                  const std::vector<Node>& containers, std::stop_token stop) {
  try {
    api.wait_until_ready(kApiDeadline, stop);
    return std::nullopt;
  } catch (ApiError& e) {
    if (!may_pass(e.status)) throw;  // it is there, and says no
    const auto silence = why_silent(containers, stop);
    if (silence.is_dead) return e;
    e.details.hint =
        fmt::format("cluster {} stays as it is: {}; -teardown deletes it", instance.cluster(), silence.cause);
    throw;
  }
}

/// The cluster that is there; null where it is dead.
std::optional<RunningCluster> reach(const Instance& instance, Instance::State state, FoundCluster there,
                                    bool started, const std::string& registry, const ClusterConfig& config,
                                    Terminal& terminal, std::stop_token stop) {
  RunningCluster cluster{std::move(there.api), state.url, only_nodes(there.containers)};
  auto& nodes = cluster.nodes;
  if (started) raise_firewall(config, nodes, stop);
  if (config.hermetic)
    cluster.firewall =
        std::async(std::launch::async, [config, nodes, stop] { renew_firewall(config, nodes, stop); });
  if (const auto container = join_network(registry, stop, there.registry); container != state.registry) {
    for (const auto& node : nodes) tell_node(node.name, registry, container, stop);
    state.registry = container;
    instance.save(state);
  }
  look_up_starts(nodes, stop);
  if (const auto error = wait_for_api(*cluster.api, instance, there.containers, stop)) {
    terminal.info(std::string(error->what()) + ": the cluster is recreated");
    if (cluster.firewall.valid()) cluster.firewall.wait();
    return std::nullopt;
  }
  choose_gateway_node(instance, *cluster.api, nodes, state, stop);
  for (auto& node : nodes) node.is_new_start = node.is_new_start && state.starts[node.name] != node.started;
  auto task = terminal.start("wait", "restarted nodes");
  wait_for_restarted_nodes(
      *cluster.api, nodes, kAgainDeadline, [&](const std::string& text) { task.note(text); }, stop);
  return cluster;
}

}  // namespace

FoundCluster find_cluster(const Instance& instance, const std::string& registry) {
  FoundCluster found;
  auto container = std::async(std::launch::async, [&] { return container_at(registry); });
  if (instance.state()) found.api = std::make_unique<KubeApi>(instance.kubeconfig());
  found.containers = containers(instance.cluster());
  found.registry = container.get();
  return found;
}

std::string reconfigured(const Instance& instance, const ClusterConfig& config) {
  const auto state = instance.state();
  return state ? changes_since(*state, config) : "";
}

void expect_free_ports(const Instance& instance, const ClusterConfig& config) {
  auto ports = config.ports;
  if (config.is_exact) ports.push_back({.port = config.gateway_port});
  for (const auto& one : ports)
    if (const auto holder = port_holder(one.port, one.is_udp, instance.cluster()))
      throw Error(
          fmt::format("port {} of this machine is taken: {} has it", one.port, *holder),
          {.hint = "components.yaml requires this port; stop what uses it, or choose another port there",
           .exit_code = kCluster});
}

RunningCluster ensure_cluster(const Instance& instance, FoundCluster there, const std::string& registry,
                              const ClusterConfig& config, bool may_create, Terminal& terminal,
                              std::stop_token stop) {
  auto& found = there.containers;
  const auto make_anew = [&](Removal reason) {
    there.api.reset();
    remove_cluster(instance, reason, stop);
    return create(instance, registry, config, terminal, stop);
  };
  const auto need = [&](const std::string& what) {
    if (!may_create)
      throw Error(what, {.hint = there.containers.empty() ? "create it with -run=TEST or -all -keep"
                                                          : "-run=TEST or -all makes a new one",
                         .exit_code = kCluster});
  };
  if (found.empty()) {
    need("there is no cluster " + instance.cluster() + " to work on");
    there.api.reset();
    return create(instance, registry, config, terminal, stop);
  }
  if (instance.is_half_made()) {
    need("cluster " + instance.cluster() + " is half made: its maker was killed");
    terminal.info("removing a cluster that was left half made");
    return make_anew(Removal::half_made);
  }
  if (only_nodes(found).empty()) {
    need("cluster " + instance.cluster() + " has no node any more");
    return make_anew(Removal::dead);
  }
  auto state = instance.state();
  // Without state there is nothing to compare yet, and nodes have to run to be asked.
  const auto refuse_other_configuration = [&] {
    return state ? changes_since(*state, config) : std::string();
  };
  auto other = refuse_other_configuration();
  bool started = false;
  if (other.empty()) {
    started = start_containers(found, terminal, stop);
    if (!state) {
      terminal.info("the state of cluster " + instance.cluster() + " was lost: the cluster is used as it is");
      state = taken_over(instance, only_nodes(found), config, stop);
      instance.save(*state);
      there.api = std::make_unique<KubeApi>(instance.kubeconfig());
      other = refuse_other_configuration();
    }
  }
  if (!other.empty()) {
    need(other);
    expect_free_ports(instance, config);  // before the one that is there goes
    terminal.info(other + ": the cluster is deleted and recreated");
    return make_anew(Removal::reconfigured);
  }
  if (!there.api) there.api = std::make_unique<KubeApi>(instance.kubeconfig());
  if (auto reached = reach(instance, *state, std::move(there), started, registry, config, terminal, stop))
    return std::move(*reached);
  need("cluster " + instance.cluster() + " does not answer");
  return make_anew(Removal::dead);
}

void settle(const Instance& instance, const std::vector<Node>& nodes) {
  auto state = instance.state();
  if (!state) return;
  auto starts = state->starts;
  for (const auto& node : nodes)
    if (!node.started.empty()) starts[node.name] = node.started;
  if (std::exchange(state->starts, starts) != starts) instance.save(*state);
}

RunningCluster join_given_cluster(const Instance& instance, const std::string& registry, int gateway_port,
                                  std::stop_token stop) {
  RunningCluster cluster{std::make_unique<KubeApi>(instance.kubeconfig(), kApiDeadline, stop), ""};
  cluster.gateway = std::make_unique<PortForward>(instance.kubeconfig(), instance.name_space(),
                                                  "deployment/gateway", 80, gateway_port);
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

bool remove_cluster(const Instance& instance, Removal reason, std::stop_token stop) {
  const auto there = containers(instance.cluster());
  const bool holds = reason == Removal::half_made
                         ? instance.is_half_made()
                         : reason != Removal::dead || there.empty() || why_silent(there, stop).is_dead;
  if (!holds)
    throw Error("cluster " + instance.cluster() + " is not deleted: it answers again",
                {.hint = "run it once more", .exit_code = kCluster});
  instance.forget();
  if (!there.empty()) {
    try {
      instance.begin_making();         // what a kill leaves of it is nobody's
    } catch (const std::exception&) {  // a full disk: it is deleted all the same
    }
    delete_cluster(instance.cluster(), stop);
  }
  instance.end_making();
  forget_instance(instance);
  return !there.empty();
}

}  // namespace harness
