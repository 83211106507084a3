#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"

namespace harness {

// A cluster that somebody else made and uses (-kubeconfig). The harness works in namespaces of its own there
// (deploy/tenancy.h), and never deletes the cluster.

/// A kubeconfig with one context and all that it needs.
struct GivenKubeconfig {
  std::string text;     ///< JSON, which is YAML; with tokens and keys
  std::string context;  ///< its name
  std::string server;   ///< where its API is
};
/// The context `context` of `file`, or its current one, with `name_space` as the namespace that tools work
/// in. Throws Error (kCluster).
GivenKubeconfig read_kubeconfig(const std::filesystem::path& file, const std::string& context,
                                const std::string& name_space, std::stop_token stop);

/// The cluster's nodes as containers of this machine's docker; empty where any of them is none: then it is no
/// KIND cluster of this machine.
std::vector<std::string> kind_nodes(const KubeApi& api, std::stop_token stop);

/// Where `registry` is one of this machine alone ("localhost:5001"), puts it on the network of `nodes` and
/// gives back its container: images have to be loaded into them. Empty where the cluster pulls by itself.
/// Throws Error (kCluster) where it cannot reach the registry.
std::string reach_registry(const std::string& registry, const std::vector<std::string>& nodes,
                           std::stop_token stop);

/// Pulls `reference` ("localhost:5001/x@sha256:...") from that container into a node, whose configuration
/// stays as it is. Throws Error (kCluster).
void load_image(const std::string& node, const std::string& registry, const std::string& container,
                const std::string& reference, std::stop_token stop);

}  // namespace harness
