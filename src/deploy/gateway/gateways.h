#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "deploy/gateway/places.h"
#include "deploy/gateway/route.h"

namespace harness {

inline constexpr const char* kGatewayGroup = "gateway.networking.k8s.io";

/// A listener of a Gateway: where its routes are served.
struct Listener {
  std::string name, host;  ///< host: empty: any
  int64_t port = 0;
  bool is_https = false;
  std::string name_space = {}, secret = {};  ///< of its certificate; secret: empty: none
  std::string problem;                       ///< why the gateway does not serve it; empty: it does
  int attached = 0;                          ///< routes
  std::string pointer;                       ///< into the Gateway
};

/// A Gateway of a manifest.
struct Gateway {
  std::string component;
  const Object* object = nullptr;
  bool is_ours = false;  ///< the harness's gateway serves it
  std::vector<Listener> listeners = {};
};

/// What a route's parentRef is about.
struct Attachment {
  bool is_ours = false;                ///< false: what serves it is the project's
  std::vector<Listener*> listeners{};  ///< that take the route
  /// Hosts of these that the route is for, as Route::host.
  std::set<std::string> http_hosts = {}, https_hosts = {};
  std::string reason = {}, problem = {};  ///< why there are none, as a condition has it
  std::string note = {};                  ///< what a user should know of it all the same
};

/// The Gateways of all manifests (https://gateway-api.sigs.k8s.io/reference/spec/#gateway), and what decides
/// which routes attach to them. The harness's gateway serves all of them, unless a manifest has a controller
/// of Gateways (a role that may write their status): then it serves the class `harness` alone.
class Gateways {
 public:
  Gateways(const Project& project, const ObjectsOf& objects_of, std::vector<std::string>& remarks);

  std::vector<Gateway>& all() { return gateways_; }
  /// Whether a manifest has what serves Gateways of other classes.
  bool have_controller() const { return has_controller_; }
  /// The name of the class's controller, for statuses.
  std::string controller_of(const std::string& gateway_class) const;
  /// Which listeners take `route` by its parentRef.
  Attachment attach(const Object& route, const nlohmann::json& parent_ref);
  /// Whether a ReferenceGrant lets `from` name an object of another namespace.
  bool grants(const Object& from, const std::string& name_space, const std::string& kind,
              const std::string& name) const;
  /// The hosts of the listeners that have HTTPS.
  std::vector<TlsHost> tls() const;
  /// Whether one of them listens there.
  bool listen_at(int64_t port, bool is_https) const;

 private:
  void read(const Object& object, const std::string& component);
  void read_certificate(const Gateway& gateway, Listener& listener);
  Gateway* find(const std::string& name_space, const std::string& name);
  bool allows(const Gateway& gateway, const Listener& listener, const Object& route) const;

  std::vector<std::string>& remarks_;
  std::vector<Gateway> gateways_;
  std::map<std::string, std::string> classes_;        ///< name: controller
  std::map<std::string, nlohmann::json> namespaces_;  ///< name: labels
  std::vector<const Object*> grants_;
  bool has_controller_ = false;
};

}  // namespace harness
