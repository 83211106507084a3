#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace harness {

/// What a kubeconfig says of its current context
/// (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/). Certificates and keys are PEM, of
/// whichever form they were given in.
struct Kubeconfig {
  struct Cluster {
    std::string server;     ///< "https://127.0.0.1:6443"
    std::string authority;  ///< whose certificates are believed; empty: the system's
    bool believes_anybody = false;
    std::string server_name;  ///< that the certificate is for; empty: the server's host
    std::string proxy;        ///< a URL
  } cluster;
  struct User {
    std::string certificate, key;
    std::string token;
    std::filesystem::path token_file;  ///< wins over the token, and may change at any time
    std::string name, password;
    bool logs_in_by_program = false;  ///< by an exec plugin or an auth provider
    // Of whom all is done in the name
    // (https://kubernetes.io/docs/reference/access-authn-authz/authentication/, "User impersonation"):
    std::string as, as_uid;
    std::vector<std::string> as_groups;
    std::map<std::string, std::vector<std::string>> as_extra;
  } user;
};

/// One file, and those that it names. Throws Error (kCluster), which names file and field and has no secret
/// in it.
Kubeconfig read_kubeconfig(const std::filesystem::path& file);

}  // namespace harness
