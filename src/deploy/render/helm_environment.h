#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace harness {

/// What each call of helm has in its environment in place of the user's HELM_*: the cluster is that of
/// `kubeconfig`, repositories, plugins and what helm writes are in `home`. The user's logins at OCI
/// registries hold, of helm and of docker; helm reads them, and writes none.
std::map<std::string, std::string> helm_environment(const std::filesystem::path& home,
                                                    const std::filesystem::path& kubeconfig);

}  // namespace harness
