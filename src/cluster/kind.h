#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/instance.h"

namespace harness {

/// What gives more clusters room
/// (https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files).
inline constexpr const char* kMoreInotify =
    "sysctl -w fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288";

/// KIND's configuration `yaml` with the host port of the mapping of container port 80 replaced; everything
/// else stays as written. Throws Error (kUsage) where there is no such mapping.
std::string with_gateway_port(const std::string& yaml, int port);

/// What of KIND's configuration makes a difference, as a hash: not comments, order of keys or form.
std::string fingerprint(const std::string& yaml);

/// A container of a cluster and whether it runs ("running", "exited", ...).
struct Node {
  std::string name;
  std::string state;
  std::string role = {};  ///< "control-plane", "worker", "external-load-balancer" (which is no node: before
                          ///< several control planes KIND puts an HAProxy)
  bool has_gateway_port = false;  ///< its port 80 is one of this machine; not known while it does not run
  bool is_new_start =
      false;  ///< it was started within the last two minutes, and no run has settled it since then
  std::string started =
      {};  ///< when (RFC 3339, UTC), where it was started within the last two minutes and that was looked up
};
/// All of them. Throws Error (kCluster) where the engine cannot be asked.
std::vector<Node> containers(const std::string& cluster);
/// Those that are nodes.
std::vector<Node> nodes(const std::string& cluster);
std::vector<Node> only_nodes(std::vector<Node> containers);

/// Creates the cluster from KIND's configuration, in which relative paths of this machine are the project's,
/// and writes the instance's kubeconfig. `on_output` gets what KIND prints; `env` is added to its
/// environment.
void create_cluster(const Instance& instance, const std::string& config,
                    std::map<std::string, std::string> env,
                    const std::function<void(std::string_view)>& on_output, std::stop_token stop);
/// Writes the kubeconfig of a cluster that is there.
void export_kubeconfig(const Instance& instance, std::stop_token stop);
/// Deletes nodes and all that KIND made for them; nothing happens where there is no such cluster. For
/// remove_cluster() alone (lifecycle.h), which knows why.
void delete_cluster(const std::string& cluster, std::stop_token stop);
/// `kind export logs`.
void export_logs(const std::string& cluster, const std::filesystem::path& dir, std::stop_token stop);

}  // namespace harness
