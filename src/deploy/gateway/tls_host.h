#pragma once

#include <string>
#include <vector>

namespace harness {

/// A host that is served by HTTPS, and the Secret that its certificate is in.
struct TlsHost {
  std::string component;
  std::string host;                     ///< as Route::host
  std::string name_space, secret = {};  ///< secret: empty: none is named
  std::string claimed_by = {};          ///< for messages: "m.yaml:4:3: Ingress default/web"
};

/// That of `host`: its own, else that of the longest wildcard for it, else that of any host; null where there
/// is none.
const TlsHost* tls_of(const std::vector<TlsHost>& hosts, const std::string& host);
/// Whether a wildcard, as Route::host has them, is for a host; a wildcard is for itself and narrower ones.
bool is_for(const std::string& wildcard, const std::string& host);

}  // namespace harness
