#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/error.h"
#include "cluster/objects.h"
#include "deploy/gateway/exposures.h"
#include "deploy/gateway/ingress.h"

namespace harness {

namespace {

using Claim = std::tuple<std::string, Route::Match, std::string>;

std::string shown(const Route& route) {
  const std::string host = route.host.empty() ? "" : "host " + route.host + ", ";
  switch (route.match) {
    case Route::Match::fallback:
      return host + "the default backend";
    case Route::Match::exact:
      return host + "path " + route.path + " (exact)";
    case Route::Match::regex:
      return host + "path " + route.path + " (regular expression)";
    case Route::Match::prefix:
      break;
  }
  return host + "path " + route.path;
}

bool is_same(const Route& a, const Route& b) {
  return a.to.service == b.to.service && a.to.name_space == b.to.name_space && a.to.port == b.to.port &&
         a.rewrite == b.rewrite && a.strip == b.strip && a.settings == b.settings;
}

/// Of what one place says twice in the same words one is enough.
void check_claims(std::vector<Route>& routes) {
  std::map<Claim, const Route*> claims;
  std::vector<Route> once;
  for (const auto& route : routes) {
    const auto [other, is_new] = claims.emplace(Claim{route.host, route.match, route.path}, &route);
    if (is_new)
      once.push_back(route);
    else if (!is_same(*other->second, route) || other->second->claimed_by != route.claimed_by)
      throw Error(fmt::format("{} and {} both claim {} at the gateway", other->second->claimed_by,
                              route.claimed_by, shown(route)),
                  {.hint = "give one of them another host or path", .exit_code = kUsage});
  }
  routes = std::move(once);
}

/// Routes of the Gateway API: what serves them is the project's to bring.
void remark_gateway_api(const Project& project, const ObjectsOf& objects_of, Reach& reach) {
  std::vector<const Object*> routes;
  for (const auto& component : project.components)
    for (const auto& object : objects_of(component)) {
      const auto type = type_of(object.api_version, object.kind);
      if (type.group != "gateway.networking.k8s.io") continue;
      if (type.kind == "GatewayClass") return;
      if (type.kind.ends_with("Route")) routes.push_back(&object);
    }
  for (const auto* route : routes) {
    const auto place = place_of(*route);
    const auto title = route->kind + " " + route->name_space + "/" + route->name;
    reach.remarks.push_back(
        fmt::format("warning: {}: nothing serves it: the gateway serves Ingress objects, and no manifest has "
                    "a GatewayClass",
                    place.ends_with(title) ? place : place + ": " + title));
  }
}

}  // namespace

Reach reach_of(const Project& project, const ObjectsOf& objects_of) {
  const Services services(project, objects_of);
  Reach reach;
  reach.routes = exposed_routes(project, services);
  reach.streams = fixed_streams(project, services);
  read_ingresses(project, objects_of, services, reach);
  remark_gateway_api(project, objects_of, reach);
  check_claims(reach.routes);
  return reach;
}

std::string describe_reach(const Reach& reach, const std::vector<std::string>& components) {
  std::string text;
  const auto is_planned = [&](const std::string& component) {
    return std::find(components.begin(), components.end(), component) != components.end();
  };
  const auto target = [](const Backend& to) {
    return to.port == 0 ? std::string("nothing: 503")
                        : fmt::format("Service {}/{}, port {}", to.name_space, to.service, to.port);
  };
  for (const auto& route : reach.routes)
    if (is_planned(route.component))
      text += fmt::format("route     {}{} to {} ({})\n", shown(route),
                          route.rewrite.empty() ? "" : " as " + route.rewrite, target(route.to),
                          route.claimed_by);
  for (const auto& stream : reach.streams)
    if (is_planned(stream.component))
      text += fmt::format("port      {}/{} to {} (component \"{}\")\n", stream.port,
                          stream.is_udp ? "udp" : "tcp", target(stream.to), stream.component);
  return text;
}

}  // namespace harness
