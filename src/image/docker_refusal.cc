#include "image/docker_refusal.h"

#include <re2/re2.h>

namespace harness {

namespace {

/// Empty: Docker Hub, which names without a host are of.
std::string host_of(const std::string& reference) {
  const auto host = reference.substr(0, reference.find('/'));
  const bool is_host = host.size() < reference.size() &&
                       (host.find_first_of(".:") != std::string::npos || host == "localhost");
  return is_host ? host : "";
}

}  // namespace

std::string refusal_hint(const std::string& output, const std::string& reference) {
  static const RE2 denied(
      "unauthorized|authentication required|no basic auth credentials|denied:|access denied|access to the "
      "resource is "
      "denied|insufficient_scope|403 Forbidden"),
      untrusted("x509:|tls: failed to verify"), plain("server gave HTTP response to HTTPS client");
  const auto host = host_of(reference);
  if (RE2::PartialMatch(output, denied))
    return "docker login" + (host.empty() ? "" : " " + host) + ", if the name " + reference + " is right";
  if (RE2::PartialMatch(output, untrusted))
    return "put the certificate of the authority that signed the registry's into /etc/docker/certs.d/" +
           host + "/ca.crt";
  if (RE2::PartialMatch(output, plain))
    return "the registry has no TLS: list " + host + " among insecure-registries in /etc/docker/daemon.json";
  return "";
}

}  // namespace harness
