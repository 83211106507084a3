#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/instance.h"

namespace harness {

/// What gives more clusters room (https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files).
inline constexpr const char* kMoreInotify = "sysctl -w fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288";

/// Whether a program could listen on 127.0.0.1:`port` now.
bool is_free_port(int port);

/// A free port for the gateway on 127.0.0.1: 80 where it is `wanted` and can be had, else one that the system picks.
int pick_gateway_port(bool wanted = true);

/// KIND's configuration `yaml` with the host port of the mapping of container port 80 replaced; everything else stays
/// as written. Throws Error (kUsage) where there is no such mapping.
std::string with_gateway_port(const std::string& yaml, int port);

/// The node containers of a cluster and whether they run ("running", "exited", ...).
struct Node {
  std::string name;
  std::string state;
  bool is_new_start = false;  ///< it was started within the last two minutes, and no run has settled it since then
  std::string started = {};   ///< when (RFC 3339, UTC), where it was started within the last two minutes and that was looked up
};
/// Throws Error (kCluster) where the engine cannot be asked.
std::vector<Node> nodes(const std::string& cluster);

/// Creates the cluster from KIND's configuration and writes the instance's kubeconfig. `on_output` gets what KIND prints.
void create_cluster(const Instance& instance, const std::string& config,
                    const std::function<void(std::string_view)>& on_output, std::stop_token stop);
/// Deletes nodes and all that KIND made for them; nothing happens where there is no such cluster.
void delete_cluster(const std::string& cluster, std::stop_token stop);
/// `kind export logs`.
void export_logs(const std::string& cluster, const std::filesystem::path& dir, std::stop_token stop);

}  // namespace harness
