#pragma once

#include <string>

#include "image/registry.h"

namespace harness {

/// What an image is made for, in Go's words: "linux", "amd64".
struct Platform {
  std::string os = "linux";
  std::string architecture;
  std::string variant = {};  ///< "v8"; empty: any
};

/// That of the cluster's nodes, which are containers of this machine.
Platform node_platform();

/// The manifest of one platform that `reference` stands for, however deep it lies in indexes (OCI's, or
/// Docker's manifest lists); nothing where the registry has no such reference. Entries that are no image
/// (attestations, "unknown/unknown") do not count. Throws Error (kBuild) naming the platform, and those that
/// there are, where it is missing, and where what is stored is no image.
std::optional<StoredManifest> manifest_for(const RegistryClient& registry, const std::string& repository,
                                           const std::string& reference, const Platform& platform);

}  // namespace harness
