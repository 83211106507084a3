#pragma once

#include <string>

#include "base/http.h"
#include "cluster/kubeconfig.h"

namespace harness {

/// How the API of a kubeconfig's cluster is reached without a tool.
struct ApiAccess {
  std::string address;
  HttpAccess http;
};

/// Whether this takes kubectl: a program has to log in, or the environment decides what only Go's libraries
/// know.
bool takes_kubectl(const Kubeconfig& kubeconfig);

/// Throws Error (kCluster) where what is to be sent cannot be.
ApiAccess access_of(const Kubeconfig& kubeconfig);

}  // namespace harness
