#pragma once

#include <string>
#include <vector>

#include "deploy/gateway/route.h"

namespace harness {

/// nginx's configuration of a host where more than the path decides: methods, headers, queries, weights.
struct Dispatch {
  std::string maps;       ///< of all servers: variables that say which route a request has
  std::string locations;  ///< of the server: one that asks them, and one for each route
};

/// Of the routes of server number `server`: the first one that matches is taken, in the order of the Gateway
/// API (https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule): exact paths, regular expressions,
/// longer prefixes, then a method, more headers, more query parameters. `no_route` is what is in the location
/// for all else.
Dispatch dispatch(std::vector<const Route*> routes, size_t server, const std::string& no_route);

/// Whether more than the path decides on one of them.
bool needs_dispatch(const std::vector<const Route*>& routes);

}  // namespace harness
