#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace harness {

/// A blob that a manifest names.
struct Blob {
  std::string digest;  ///< "sha256:<hex>"
  std::string content;
};

/// What a manifest says of a blob.
struct Descriptor {
  std::string digest;
  size_t size = 0;
};
Descriptor descriptor_of(const std::string& content);

/// An image as it goes to a registry (https://github.com/opencontainers/image-spec).
struct OciImage {
  Blob config;
  std::vector<std::string> base_layers;  ///< digests that the base's repository has
  std::string manifest;
  std::string digest;  ///< of the manifest
};

struct OciSettings {
  std::vector<std::string> entrypoint;
  std::map<std::string, std::string> env;
  std::string user;  ///< empty: the base's
};

inline constexpr const char* kOciManifest = "application/vnd.oci.image.manifest.v1+json";

/// `base_manifest` and `base_config` with one layer more, an uncompressed tar; both empty objects for an
/// image from scratch. The same input gives the same bytes.
OciImage append_layer(const nlohmann::json& base_manifest, const nlohmann::json& base_config,
                      const Descriptor& layer, const OciSettings& settings);

}  // namespace harness
