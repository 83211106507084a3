#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/http.h"
#include "image/registry_login.h"
#include "image/registry_tls.h"
#include "image/registry_url.h"

namespace harness {

/// One registry, spoken to as docker does: by HTTP on this machine's loopback addresses, else by TLS with
/// docker's certificates for it (image/registry_tls.h), and where docker's engine lists it as insecure
/// without verifying them, or by plain HTTP where TLS fails; with docker's login where it asks for one.
/// Thread-safe: one object serves all.
class RegistryConnection {
 public:
  /// "localhost:5001", "ghcr.io".
  explicit RegistryConnection(std::string host);

  /// The registry's answer; that of another host where a GET or HEAD is sent there, which gets no login.
  /// `scopes`: what a login is asked for: "repository:acme/web:pull,push". Throws HttpError, Cancelled, and
  /// Error (kBuild) where a login is missing or refused, or a certificate is not believed.
  HttpResponse send(const HttpRequest& request, const std::vector<std::string>& scopes,
                    const Deadline& deadline) const;
  /// A request without a login to where the registry wants an upload to go, if that is another host.
  HttpResponse send_elsewhere(const RegistryUrl& url, HttpRequest request, const Deadline& deadline) const;

  const std::string& host() const { return host_; }
  /// How it is reached: "https://ghcr.io". What the host alone says, until it was asked.
  std::string address() const;
  /// What nodes must be told to reach it (https://github.com/containerd/containerd/blob/main/docs/hosts.md):
  /// a hosts.toml, which may name a file ca.crt beside it; "" where they reach it by themselves.
  struct NodeHosts {
    std::string toml, authorities;
  };
  NodeHosts node_hosts(const Deadline& deadline) const;

 private:
  struct Endpoint {
    RegistryUrl url;
    RegistryTls tls;
    HttpClient client;
    RegistryLogin login;
    Endpoint(RegistryUrl where, const RegistryTls& how);
  };
  Endpoint& endpoint(const Deadline& deadline) const;
  std::unique_ptr<Endpoint> find_endpoint(const Deadline& deadline) const;

  const std::string host_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<Endpoint> endpoint_;
};

}  // namespace harness
