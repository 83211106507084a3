#pragma once

#include "deploy/gateway/services.h"

namespace harness {

/// The routes of the Ingress objects of all manifests
/// (https://kubernetes.io/docs/concepts/services-networking/ingress/) whose class is the gateway's: none,
/// `harness`, or `nginx`, unless a manifest has an IngressClass for it. What of them the gateway does not do
/// is a remark that names object and field. Throws Error (kUsage) where a field cannot be meant.
void read_ingresses(const Project& project, const ObjectsOf& objects_of, const Services& services,
                    Reach& reach);

}  // namespace harness
