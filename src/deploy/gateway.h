#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "config/project.h"
#include "deploy/gateway/certificates.h"
#include "deploy/gateway/nginx_config.h"
#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// What the gateway runs.
const Image& gateway_image();

/// `manifest` (cluster-config/gateway.yaml) with ${IMAGE}, ${CONFIG} and ${CONFIG_HASH} filled in, and the
/// Secret with the certificates, where it has HTTPS.
std::vector<Object> gateway_objects(std::string manifest, const std::string& image, const Reach& reach,
                                    const Certificates& certificates = {}, const std::string& dns = kKindDns,
                                    const std::string& name_space = "default");

/// What a request of wait_until_reachable has as X-Test-Id: no client of the component asked for it.
inline constexpr const char* kReachProbe = "harness-reach";

/// The same place by HTTPS: "https://localhost:80" for "http://localhost".
std::string https_url(const std::string& url);

/// Where a client finds it: "http://localhost/deck", with the host that it has to ask for.
std::string shown_url(const std::string& url, const Route& route);

/// Waits until `url` (the gateway) takes requests to what `route` leads to: a Service answers only a moment
/// after its pods are ready, once every node has the rules for it. `why` says what is wrong with it while it
/// does not. Throws Error (kDeploy) as soon as it cannot be reached, or when the time is over.
void wait_until_reachable(const std::string& url, const Route& route, const Waiting& waiting,
                          const std::function<std::optional<Diagnosis>()>& why, std::stop_token stop);

/// Writes into the status of the Ingress that it is served at `url`, as a controller does, where that is not
/// there yet.
void write_status(const KubeApi& api, const ServedIngress& ingress, const std::string& url,
                  std::stop_token stop);
/// Writes the status of an object of the Gateway API, where it is not there yet. Of a route's parents those
/// of other controllers stay. `now` is RFC 3339.
void write_status(const KubeApi& api, const ServedObject& object, const std::string& now,
                  std::stop_token stop);

}  // namespace harness
