#pragma once

#include <string>
#include <vector>

#include "deploy/gateway/gateways.h"
#include "deploy/gateway/services.h"

namespace harness {

/// What the rules of an HTTPRoute or GRPCRoute say, without hosts.
struct RouteRules {
  std::vector<Route> routes;
  /// Why a backend cannot be served, as the condition ResolvedRefs has it; empty: all can.
  std::string reason = {}, problem = {};
};

/// Reads the rules (https://gateway-api.sigs.k8s.io/reference/spec/#httproute, #grpcroute). What the gateway
/// does not do of them is a remark; requests that would need it get a 500, as the specification has it.
/// `match_id` is the last one that was given. Throws Error (kUsage) where a field cannot be meant.
RouteRules read_rules(const std::string& component, const Object& route, const Gateways& gateways,
                      const Services& services, int& match_id, std::vector<std::string>& remarks);

}  // namespace harness
