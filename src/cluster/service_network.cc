#include "cluster/service_network.h"

#include "cluster/docker.h"

namespace harness {

void keep_services_inside(const std::string& node, std::stop_token stop) {
  // KIND's serviceSubnet. kube-proxy gives a known Service another destination before these chains see the packet.
  static const std::string refuse = "for chain in OUTPUT FORWARD; do iptables --wait --append $chain --destination 10.96.0.0/16 --jump REJECT; done";
  docker({"exec", node, "sh", "-e", "-c", refuse}, "cannot keep Services inside of " + node, stop);
}

}  // namespace harness
