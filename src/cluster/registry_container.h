#pragma once

#include <stop_token>
#include <string>

#include "base/deadline.h"

namespace harness {

/// "localhost:5001": what has that name is another one on each machine.
bool is_local_registry(const std::string& host);

/// The container that the harness starts for a local `host`: "harness-registry" for port 5001, which every
/// project has that names none, else "harness-registry-PORT".
std::string registry_name(const std::string& host);

/// That container's name where there is one that the harness started; "" where the registry is another's.
std::string own_registry_container(const std::string& host);

/// Why no registry answers at a local `host` ("localhost:5001"), within 5 s; "" where one does, also if it
/// asks for a login.
std::string why_no_registry(const std::string& host, const Deadline& deadline);

/// Sees to it that a registry answers at a local `host` ("localhost:5001"): one that is there already,
/// whoever started it, or the container registry_name(host), which outlives every instance. Its layers are in
/// a docker volume of the same name. Throws Error (kCluster).
void ensure_registry(const std::string& host, std::stop_token stop);

/// The container that publishes the registry's port, and its networks: "harness-registry bridge,kind". Empty
/// where the registry is not local, or no container.
std::string container_at(const std::string& host);

/// Puts the registry on KIND's docker network. Gives back the name of its container; empty for one that is
/// not local, which nodes find by themselves. `found` is what container_at() gave a moment ago.
std::string join_network(const std::string& host, std::stop_token stop, std::string found = {});

/// Tells a node to find `host` at that container (https://kind.sigs.k8s.io/docs/user/local-registry/);
/// nothing where that is empty.
void tell_node(const std::string& node, const std::string& host, const std::string& container,
               std::stop_token stop);

/// Tells a node how to reach a registry of another host: by `toml`
/// (https://github.com/containerd/containerd/blob/main/docs/hosts.md), beside which `authorities` are ca.crt;
/// nothing where that is empty.
void tell_node_of(const std::string& node, const std::string& host, const std::string& toml,
                  const std::string& authorities, std::stop_token stop);

}  // namespace harness
