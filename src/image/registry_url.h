#pragma once

#include <optional>
#include <string>

namespace harness {

/// Where a registry sends its clients: a redirect, an upload, a token server.
struct RegistryUrl {
  std::string scheme;  ///< "https"
  std::string host;    ///< with its port where one is named
  std::string path;    ///< with its query; begins with '/'
  std::string origin() const { return scheme + "://" + host; }
};

/// `text` as seen from `base`: a whole URL, "//host/path", or a path. Nothing where it is none for HTTP, or
/// has a user in it.
std::optional<RegistryUrl> resolve(const RegistryUrl& base, const std::string& text);

/// "localhost:5001", "127.0.0.1:5001", "[::1]": what is sent there does not leave this machine.
bool is_loopback(const std::string& host);

/// A value of a query or a form (RFC 3986): "a%3Ab" for "a:b".
std::string percent_encoded(const std::string& text);

}  // namespace harness
