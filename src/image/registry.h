#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/http_client.h"

namespace harness {

inline constexpr const char* kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

/// A manifest as the registry stores it: https://github.com/opencontainers/distribution-spec
struct StoredManifest {
  std::string digest;      ///< "sha256:<hex>"
  std::string media_type;
  std::string body;
};

/// The registry's HTTP API v2. Repository names are without the host: "deck". Throws Error (kBuild) naming registry, repository and reason.
class RegistryClient {
 public:
  /// `host` is "localhost:5001". Calls throw Cancelled once `stop` is requested.
  explicit RegistryClient(std::string host, std::stop_token stop = {});
  const std::string& host() const { return host_; }
  std::optional<StoredManifest> manifest(const std::string& repository, const std::string& reference) const;
  /// The digest of a tag, without reading the manifest.
  std::optional<std::string> digest(const std::string& repository, const std::string& reference) const;
  std::string blob(const std::string& repository, const std::string& digest) const;
  bool has_blob(const std::string& repository, const std::string& digest) const;
  /// Makes `digest` of `from` known in `repository` without sending it (cross-repository mount); false when it could not.
  bool mount_blob(const std::string& repository, const std::string& digest, const std::string& from) const;
  void push_blob(const std::string& repository, const std::string& digest, const std::string& content) const;
  void push_manifest(const std::string& repository, const std::string& tag, const std::string& media_type, const std::string& body) const;

 private:
  HttpResponse call(const std::string& repository, const std::string& method, const std::string& path, const std::string& body = {},
                    const std::map<std::string, std::string>& headers = {}) const;

  std::string host_;
  HttpClient http_;
  std::stop_token stop_;
};

}  // namespace harness
