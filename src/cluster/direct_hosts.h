#pragma once

#include <map>
#include <string>
#include <vector>

#include "cluster/instance.h"

namespace harness {

/// What no proxy leads to, as NO_PROXY has it: this machine, the registry's name and container, the
/// instance's nodes, the subnets and names of its cluster. Empty where the environment names no proxy.
std::vector<std::string> reached_directly(const std::string& registry, const Instance& instance,
                                          const std::string& kind_config);

/// The names that KIND gives the nodes of a configuration.
std::vector<std::string> node_names(const std::string& cluster, const std::string& kind_config);

/// What of the environment's proxies is another one for nodes (a name of a variable, its value): one on this
/// machine's loopback address is named by the address that this machine has on KIND's network, where it
/// listens there, too, and else none, which is a line of `remarks`.
std::map<std::string, std::string> proxies_of_nodes(std::vector<std::string>& remarks);

}  // namespace harness
