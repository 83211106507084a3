#pragma once

#include <string>

namespace harness {

/// Of `registry:` ("ghcr.io/acme"): the host, with its port where one is named.
inline std::string registry_host(const std::string& registry) {
  return registry.substr(0, registry.find('/'));
}

/// What is below that host: "acme"; often empty.
inline std::string registry_path(const std::string& registry) {
  const auto slash = registry.find('/');
  return slash == std::string::npos ? "" : registry.substr(slash + 1);
}

}  // namespace harness
