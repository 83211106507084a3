#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "config/project.h"
#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Where KIND puts it (serviceSubnet 10.96.0.0/16).
inline constexpr const char* kKindDns = "10.96.0.10";

/// What the gateway runs.
const Image& gateway_image();

/// A component's place at the gateway.
struct Route {
  std::string component;
  std::string path;  ///< "/deck", or "/" for the root
  std::string host;  ///< "deck.default.svc.cluster.local"
  int port = 80;
  std::string service = {}, name_space = {};  ///< what it leads to
};

/// What a component deploys.
using ObjectsOf = std::function<const std::vector<Object>&(const Component&)>;

/// The routes of every component with `expose:`, by its first Service. Throws Error (kUsage) where there is
/// none.
std::vector<Route> routes_of(const Project& project, const ObjectsOf& objects_of);

/// nginx's configuration: each path's prefix is stripped, the rest of the URI passes as it was sent, encoded
/// characters too; bodies stream both ways. A component that is not there yet answers 502, not the whole
/// gateway. `dns`: the address of the cluster's DNS server.
std::string nginx_config(const std::vector<Route>& routes, const std::string& dns = kKindDns);

/// `manifest` (cluster-config/gateway.yaml) with ${IMAGE}, ${CONFIG} and ${CONFIG_HASH} filled in.
std::vector<Object> gateway_objects(std::string manifest, const std::string& image,
                                    const std::vector<Route>& routes, const std::string& dns = kKindDns,
                                    const std::string& name_space = "default");

/// What a request of wait_until_reachable has as X-Test-Id: no client of the component asked for it.
inline constexpr const char* kReachProbe = "harness-reach";

/// Waits until `url` (the gateway) takes requests to the component: a Service answers only a moment after its
/// pods are ready, once every node has the rules for it. `why` says what is wrong with it while it does not.
/// Throws Error (kDeploy) as soon as it cannot be reached, or when the time is over.
void wait_until_reachable(const std::string& url, const Route& route, const Waiting& waiting,
                          const std::function<std::optional<Diagnosis>()>& why, std::stop_token stop);

}  // namespace harness
