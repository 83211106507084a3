#include "cluster/lifecycle.h"

#include "base/error.h"
#include "cluster/docker.h"
#include "cluster/kind.h"
#include "cluster/registry_container.h"
#include "cluster/service_network.h"

namespace harness {

namespace {

// A node that was started again serves its API after about 7 s.
constexpr std::chrono::seconds kApiDeadline{60};

void start_nodes(const std::vector<Node>& nodes, Terminal& terminal, std::stop_token stop) {
  for (const auto& node : nodes) {
    if (node.state == "running") continue;
    terminal.info("node " + node.name + " is " + node.state + ": starting it again");
    docker({node.state == "paused" ? "unpause" : "start", node.name}, "cannot start node " + node.name, stop);
    if (node.state != "paused") keep_services_inside(node.name, stop);
  }
}

RunningCluster create(const Instance& instance, const std::string& registry, const std::string& kind_config,
                      Terminal& terminal, std::stop_token stop) {
  const int port = pick_gateway_port();
  if (port != 80) terminal.info("port 80 is taken: the gateway is at http://localhost:" + std::to_string(port));
  const Instance::State state{port == 80 ? "http://localhost" : "http://localhost:" + std::to_string(port)};
  auto task = terminal.start("cluster", instance.cluster());
  create_cluster(instance, with_gateway_port(kind_config, port), [&](std::string_view text) { task.output(text); }, stop);
  for (const auto& node : nodes(instance.cluster())) keep_services_inside(node.name, stop);
  connect_registry(registry, instance.cluster(), stop);
  RunningCluster cluster{std::make_unique<KubeApi>(instance.kubeconfig(), kApiDeadline, stop), state.url};
  instance.save(state);
  task.done();
  return cluster;
}

}  // namespace

RunningCluster ensure_cluster(const Instance& instance, const std::string& registry, const std::string& kind_config,
                              bool may_create, Terminal& terminal, std::stop_token stop) {
  const auto state = instance.state();
  const auto found = nodes(instance.cluster());
  if (state && !found.empty()) {
    start_nodes(found, terminal, stop);
    try {
      connect_registry(registry, instance.cluster(), stop);
      return {std::make_unique<KubeApi>(instance.kubeconfig(), kApiDeadline, stop), state->url};
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
  if (!found.empty()) remove_cluster(instance, stop);
  return create(instance, registry, kind_config, terminal, stop);
}

bool remove_cluster(const Instance& instance, std::stop_token stop) {
  const bool there = !nodes(instance.cluster()).empty();
  instance.forget();
  if (!there) return false;
  delete_cluster(instance.cluster(), stop);
  return true;
}

}  // namespace harness
