#pragma once

#include <string>

namespace harness {

/// A host that is served by HTTPS, and the Secret that its certificate is in.
struct TlsHost {
  std::string component;
  std::string host;                     ///< as Route::host
  std::string name_space, secret = {};  ///< secret: empty: none is named
  std::string claimed_by = {};          ///< for messages: "m.yaml:4:3: Ingress default/web"
};

}  // namespace harness
