#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "deploy/gateway/tls_host.h"

namespace harness {

/// The Secret that the gateway's pod mounts.
inline constexpr const char* kCertificates = "gateway-tls";

/// A chain and its private key, as a Secret of type kubernetes.io/tls has them (PEM).
struct Certificate {
  std::string chain, key;
  bool operator==(const Certificate&) const = default;
};

/// Why nginx would not take it; empty: it would.
std::string problem_of(const Certificate& certificate);

/// One for localhost that nobody else has signed.
Certificate self_signed_certificate();
/// The one that the gateway's Secret has, else a new one. `secret` may be null.
Certificate kept_certificate(const nlohmann::json& secret);

/// What of a Secret is its certificate, in `stringData` or `data`: NAME.crt and NAME.key.
Certificate certificate_in(const nlohmann::json& secret, const std::string& name = "tls");

/// The certificates of hosts, by their names in nginx's configuration.
struct Certificates {
  std::map<std::string, Certificate> by_name;
  /// By component: which of its hosts have one that is self-signed, and why; a line each.
  std::multimap<std::string, std::string> remarks;
};

/// The name of a host's certificate: "ci.shop" for the Secret ci/shop.
std::string certificate_name(const TlsHost& host);

/// Of all hosts with TLS. `secret` gives a Secret by namespace and name, null where there is none; what has
/// none, or one that cannot be used, has `fallback`.
Certificates certificates_of(
    const std::vector<TlsHost>& hosts, const Certificate& fallback,
    const std::function<nlohmann::json(const std::string& name_space, const std::string& name)>& secret);

/// That Secret.
nlohmann::json certificates_secret(const Certificates& certificates, const std::string& name_space);

}  // namespace harness
