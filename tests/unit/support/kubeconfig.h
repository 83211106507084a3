#pragma once

#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/http_server.h"

/// One whose current context has a cluster with these fields, and a user with those.
inline std::string kubeconfig_of(nlohmann::json cluster, nlohmann::json user) {
  const auto named = [](const char* kind, nlohmann::json fields) {
    return nlohmann::json{{{"name", "test"}, {kind, std::move(fields)}}};
  };
  return nlohmann::json{{"current-context", "test"},
                        {"contexts", named("context", {{"cluster", "test"}, {"user", "test"}})},
                        {"clusters", named("cluster", std::move(cluster))},
                        {"users", named("user", std::move(user))}}
      .dump();
}

inline std::string kubeconfig_of(const std::string& host) {
  return kubeconfig_of({{"server", "http://" + host}}, nlohmann::json::object());
}

/// A fixture's base with the kubeconfig of a server in the test, for KubeApi.
class WithKubeconfig {
 protected:
  template <class Server>
  std::filesystem::path kubeconfig(const Server& server) const {
    return files_.write("kubeconfig", kubeconfig_of(server.host()));
  }

  const TempProject files_;
};
