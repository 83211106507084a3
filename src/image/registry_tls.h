#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/http.h"

namespace harness {

/// Where docker's engine looks for certificates of registries, a folder for each ("HOST:PORT"):
/// /etc/docker/certs.d, and that of an engine without root.
std::vector<std::filesystem::path> certificate_folders();

/// How a registry is spoken to by TLS. PEM texts, empty where there are none.
struct RegistryTls {
  std::string authorities = {};            ///< that are believed besides the system's
  bool verify = true;                      ///< else anybody is believed
  std::string certificate = {}, key = {};  ///< the client's own
  HttpAccess to_registry() const;
  /// To where the registry sends its clients on: the client's own certificate is not for them.
  HttpAccess to_others() const;
};

/// What docker's engine would use for `host` (https://docs.docker.com/engine/security/certificates/): in the
/// first of `folders` that has one for it, each *.crt is an authority that is believed besides the system's,
/// and X.cert with X.key is the client's own certificate. Throws Error (kBuild) naming the file that is
/// missing or cannot be read.
RegistryTls registry_tls(const std::string& host,
                         const std::vector<std::filesystem::path>& folders = certificate_folders());

/// Whether docker's engine lists `host` among its `insecure-registries`, itself or by a subnet. Throws
/// Cancelled once `stop` is requested; an engine that does not answer lists nothing.
bool engine_lists_insecure(const std::string& host, std::stop_token stop);

/// The rule. `config`: RegistryConfig of `docker info`, in JSON. `addresses`: the host's own, IPv4 or IPv6.
bool is_listed_insecure(const std::string& config, const std::string& host,
                        const std::vector<std::string>& addresses);

}  // namespace harness
