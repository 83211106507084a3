#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace harness {

/// What the network of a KIND node lets through, as one table of nftables
/// (https://wiki.nftables.org/wiki-nftables/index.php/Main_Page). Packets to a Service that the node has no
/// rules for are refused in any case: they would leave by the node's default route, and whatever answers out
/// there would be taken for the component.
struct Firewall {
  bool hermetic = true;                 ///< pods reach nothing outside the cluster, but for what is opened
  std::string pods, services;           ///< the cluster's subnets
  std::vector<std::string> nodes = {};  ///< addresses of all nodes

  /// What `nft -f` reads; replaces what was there.
  std::string rules() const;
};

/// The subnets of `kind_config` (https://kind.sigs.k8s.io/docs/user/configuration/#networking), else KIND's
/// defaults.
Firewall firewall_of(const std::string& kind_config, bool hermetic);

/// Sets it on the node (a container). Throws Error (kCluster).
void raise(const Firewall& firewall, const std::string& node, std::stop_token stop);
/// Only where the node has none, since somebody else started it again; else what was refused so far is
/// forgotten.
void renew(const Firewall& firewall, const std::string& node, std::stop_token stop);

/// A way out for one pod: TCP and UDP.
struct Opening {
  std::string pod, address;  ///< IPv4
  int port = 0;
  bool operator==(const Opening&) const = default;
};

/// Opens just these. A pod that is none of `known` is kept waiting at the addresses of `reserved` (whose
/// `pod` does not count), not refused: it may be one of those that may go there.
void open_ways(const std::string& node, const std::vector<std::string>& known,
               const std::vector<Opening>& openings, const std::vector<Opening>& reserved,
               std::stop_token stop);

/// Packets that a pod sent to the outside, and that were refused.
struct Refused {
  std::string pod, address, protocol;  ///< "tcp", "udp"
  int port = 0;
  uint64_t packets = 0;
  bool operator==(const Refused&) const = default;
};

/// Those since the last call.
std::vector<Refused> take_refused(const std::string& node, std::stop_token stop);
/// The same, from what `nft --json list set` prints.
std::vector<Refused> parse_refused(const std::string& json);

/// Returns once TCP connections from the node to a Service's `address` are taken: a moment after its pods are
/// ready, when the node has the rules for it. Throws Error (kCluster) after half a minute.
void wait_for_service(const std::string& node, const std::string& address, int port, std::stop_token stop);

/// The IPv4 addresses that a name has for the node; none where it is unknown.
std::vector<std::string> addresses_of(const std::string& host, const std::string& node);

}  // namespace harness
