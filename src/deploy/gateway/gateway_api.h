#pragma once

#include "deploy/gateway/services.h"

namespace harness {

/// The routes of HTTPRoutes and GRPCRoutes of all manifests, by the Gateways that they attach to, and the
/// statuses of both (https://gateway-api.sigs.k8s.io/reference/spec/). What of them the gateway does not do
/// is a remark that names object and field. Throws Error (kUsage) where a field cannot be meant.
void read_gateway_api(const Project& project, const ObjectsOf& objects_of, const Services& services,
                      Reach& reach);

}  // namespace harness
