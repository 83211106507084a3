#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/http.h"
#include "image/registry_connection.h"

namespace harness {

inline constexpr const char* kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr const char* kDockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr const char* kOciIndex = "application/vnd.oci.image.index.v1+json";

/// A manifest as the registry stores it: https://github.com/opencontainers/distribution-spec
struct StoredManifest {
  std::string digest;  ///< "sha256:<hex>"
  std::string media_type;
  std::string body;
};

/// The registry's HTTP API v2. Repository names are without what `registry:` names: "deck". What is read and
/// what is stored is checked against its digest. Each call is tried again where the connection breaks or the
/// registry says 5xx, and once where it is too slow. Throws Error (kBuild) naming registry, repository and
/// reason, at once where its disk is full or a login is missing; Cancelled once `stop` is requested.
class RegistryClient {
 public:
  enum class Access { pull, push };  ///< what a login is asked for
  struct Patience {
    std::vector<std::chrono::milliseconds> pauses{
        std::chrono::milliseconds(200), std::chrono::seconds(1),
        std::chrono::seconds(3)};  ///< before each try but the first
    std::chrono::milliseconds limit = std::chrono::seconds(
        60);  ///< for one call; a second more for each MB sent, ten times as long for a blob that is read
    std::function<void(const std::string&)> on_retry = {};  ///< gets a line of text
  };
  /// `registry` is "localhost:5001" or "ghcr.io/acme".
  explicit RegistryClient(const std::string& registry, std::stop_token stop = {});
  /// `own_container` gives the name of the container that the registry runs in, where the harness started it,
  /// for hints; else "". Asked only after a failure.
  RegistryClient(const std::string& registry, Patience patience, std::stop_token stop,
                 std::function<std::string()> own_container = {});
  /// Over a connection that others use, too.
  RegistryClient(std::shared_ptr<const RegistryConnection> connection, const std::string& registry,
                 Access access, Patience patience, std::stop_token stop,
                 std::function<std::string()> own_container = {});
  /// As it was pushed: of an image for several platforms, its index.
  std::optional<StoredManifest> manifest(const std::string& repository, const std::string& reference) const;
  /// The digest of a tag, without reading the manifest.
  std::optional<std::string> digest(const std::string& repository, const std::string& reference) const;
  /// Whether anything is stored under the tag, of whatever kind.
  bool has_tag(const std::string& repository, const std::string& tag) const;
  /// Throws, as all do but with kCluster, where it does not answer or take the login.
  void require() const;
  /// What nodes must be told to reach it.
  RegistryConnection::NodeHosts node_hosts() const;
  std::string blob(const std::string& repository, const std::string& digest) const;
  bool has_blob(const std::string& repository, const std::string& digest) const;
  /// Makes `digest` of `from` known in `repository` without sending it (cross-repository mount); false when
  /// it could not.
  bool mount_blob(const std::string& repository, const std::string& digest, const std::string& from) const;
  /// Several may push the same at once.
  void push_blob(const std::string& repository, const std::string& digest, const std::string& content) const;
  void push_manifest(const std::string& repository, const std::string& tag, const std::string& media_type,
                     const std::string& body) const;

 private:
  template <class Work>
  auto persistently(const std::string& repository, const Work& work) const;
  HttpResponse call(const std::string& repository, const HttpRequest& request,
                    const std::string& from = {}) const;
  /// `from`: another repository that is read for it.
  HttpResponse once(const std::string& repository, const HttpRequest& request, int slowness = 1,
                    const std::string& from = {}) const;
  HttpResponse send(const std::string& repository, const HttpRequest& request, const std::string& from,
                    const Deadline& deadline) const;
  std::string full(const std::string& repository) const;
  std::string path(const std::string& repository, const std::string& rest) const;
  std::string host() const { return connection_->host(); }
  std::string looking() const;
  std::string emptying() const;
  /// Some other server that listens at the registry's address answers whatever it is asked for.
  void require_manifest(const std::string& repository, const std::string& reference,
                        const HttpResponse& response) const;
  void verify(const std::string& repository, const std::string& what, const std::string& expected,
              const std::string& found) const;

  std::shared_ptr<const RegistryConnection> connection_;
  std::string path_;  ///< of the registry's own, before each repository: "acme"
  Access access_;
  Patience patience_;
  std::stop_token stop_;
  std::function<std::string()> own_container_;
};

}  // namespace harness
