#pragma once

#include <future>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/terminal.h"
#include "cluster/instance.h"
#include "cluster/kind.h"
#include "cluster/kube_api.h"
#include "cluster/port_forward.h"

namespace harness {

struct RunningCluster {
  std::unique_ptr<KubeApi> api;
  std::string url;                  ///< of the gateway
  std::vector<Node> nodes = {};     ///< of a cluster of its own
  std::future<void> firewall = {};  ///< that it is as the configuration says, and counts from this run on;
                                    ///< gives what failed. Not valid where nothing had to be done.
  // Of a cluster that the user gave:
  std::unique_ptr<PortForward> gateway = {};  ///< how the gateway is reached
  std::vector<std::string> load_into = {};    ///< nodes that do not find the registry by themselves
  std::string registry = {};                  ///< its container then
};

/// What there is of an instance's cluster before anything is done about it.
struct FoundCluster {
  std::vector<Node> containers;
  std::unique_ptr<KubeApi> api;  ///< not yet asked; null where the instance has no complete cluster
  std::string registry = {};     ///< container_at()
};
/// Throws Error (kCluster) where the Docker engine does not answer.
FoundCluster find_cluster(const Instance& instance, const std::string& registry);

/// What a new cluster is made by.
struct ClusterConfig {
  std::string kind;                   ///< KIND's configuration
  bool hermetic = true;               ///< Project::hermetic
  int gateway_port = 0;               ///< where the gateway is to be, if that is still free; 0: anywhere
  bool is_exact = false;              ///< there and nowhere else
  std::vector<FixedPort> ports = {};  ///< of this machine, which `kind` maps
};

/// What of the configuration is another one now than the instance's cluster was made by; empty where nothing
/// is, or that is not known.
std::string reconfigured(const Instance& instance, const ClusterConfig& config);

/// Throws Error (kCluster) where somebody has a port that the configuration asks for: another one would not
/// do.
void expect_free_ports(const Instance& instance, const ClusterConfig& config);

/// The instance's cluster, answering and with the registry known to its nodes: the one that is there, its
/// stopped nodes started again, or, if `may_create`, a new one from `config` where there is none, or a reason
/// to remove it (Removal). Where its state was lost the cluster is taken over as it is. Throws Error
/// (kCluster), of whatever fails: the cluster stays then. The registry must answer already.
RunningCluster ensure_cluster(const Instance& instance, FoundCluster there, const std::string& registry,
                              const ClusterConfig& config, bool may_create, Terminal& terminal,
                              std::stop_token stop);

/// Once all was seen to work: the next run need not wait for what a start of these nodes has changed.
void settle(const Instance& instance, const std::vector<Node>& nodes);

/// The cluster that the instance's kubeconfig leads to, which the user gave, with what the instance needs
/// there; its gateway is at `gateway_port` of this machine. `registry` is empty where nothing is deployed.
/// Throws Error (kCluster).
RunningCluster join_given_cluster(const Instance& instance, const std::string& registry, int gateway_port,
                                  std::stop_token stop);

/// Why a cluster is deleted. There is no other reason: one that answers has what somebody works with, and
/// what keeps this program from it is not its fault.
enum class Removal {
  asked,         ///< -teardown, or the end of -all
  half_made,     ///< its maker was killed, or failed: nobody has ever had it
  reconfigured,  ///< its configuration is another one now; that was said
  dead,          ///< why_silent() says so
};
/// Deletes the cluster and its state. Whether there was one. Throws Error (kCluster) where the reason does
/// not hold.
bool remove_cluster(const Instance& instance, Removal reason, std::stop_token stop);

}  // namespace harness
