#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/error.h"
#include "cluster/objects.h"
#include "deploy/gateway/exposures.h"
#include "deploy/gateway/gateway_api.h"
#include "deploy/gateway/ingress.h"

namespace harness {

namespace {

using Claim = std::tuple<bool, std::string, Route::Match, std::string, std::vector<Condition>>;

std::string shown(const Condition& condition) {
  const std::string is = condition.is_regex ? " like " : " ";
  switch (condition.of) {
    case Condition::Of::method:
      return "method" + is + condition.value;
    case Condition::Of::header:
      return "header " + condition.name + is + condition.value;
    case Condition::Of::query:
      break;
  }
  return "query " + condition.name + is + condition.value;
}

std::string shown(const Route& route) {
  const auto host = route.host.starts_with("**") ? route.host.substr(1) : route.host;
  std::string text = !route.over_https ? "" : route.over_http ? "http and https, " : "https, ";
  text += host.empty() ? "" : "host " + host + ", ";
  switch (route.match) {
    case Route::Match::fallback:
      return text + "the default backend";
    case Route::Match::exact:
      text += "path " + route.path + " (exact)";
      break;
    case Route::Match::regex:
    case Route::Match::pattern:
      text += "path " + route.path + " (regular expression)";
      break;
    case Route::Match::prefix:
      text += "path " + route.path;
  }
  for (const auto& condition : route.conditions) text += ", " + shown(condition);
  return text;
}

bool is_same(const Route& a, const Route& b) {
  return a.to.service == b.to.service && a.to.name_space == b.to.name_space && a.to.port == b.to.port &&
         a.rewrite == b.rewrite && a.strip == b.strip && a.settings == b.settings;
}

/// Of what one place says twice in the same words one is enough. Of routes of the Gateway API that are equal
/// the first one has the requests, which is said where they are of two objects.
class Claims {
 public:
  explicit Claims(std::vector<std::string>& remarks) : remarks_(remarks) {}

  /// False where the route is there already.
  bool take(const Route& route) {
    const bool by_http = route.over_http && take(route, false);
    const bool by_https = route.over_https && take(route, true);
    return by_http || by_https;
  }

 private:
  bool take(const Route& route, bool is_https) {
    const auto [found, is_new] =
        claims_.emplace(Claim{is_https, route.host, route.match, route.path, route.conditions}, &route);
    const auto& first = *found->second;
    if (is_new) return true;
    if (first.match_id > 0 && route.match_id > 0) {
      if (first.claimed_by != route.claimed_by) tell(first, route);
      return true;
    }
    if (is_same(first, route) && first.claimed_by == route.claimed_by) return false;
    throw Error(fmt::format("{} and {} both claim {} at the gateway", first.claimed_by, route.claimed_by,
                            shown(route)),
                {.hint = "give one of them another host or path", .exit_code = kUsage});
  }

  void tell(const Route& first, const Route& route) {
    const auto text =
        fmt::format("warning: {} and {} both claim {} at the gateway: the first one has it, by its name",
                    first.claimed_by, route.claimed_by, shown(route));
    if (told_.insert(text).second) remarks_.push_back(text);
  }

  std::vector<std::string>& remarks_;
  std::map<Claim, const Route*> claims_;
  std::set<std::string> told_;
};

void check_claims(Reach& reach) {
  Claims claims(reach.remarks);
  std::vector<Route> once;
  for (const auto& route : reach.routes)
    if (claims.take(route)) once.push_back(route);
  reach.routes = std::move(once);
}

/// Where the requests of a route go.
std::string target(const Backend& to) {
  return to.port == 0 ? std::string("nothing")
                      : fmt::format("Service {}/{}, port {}", to.name_space, to.service, to.port);
}

std::string target(const Route& route, const std::vector<Route>& all) {
  if (route.filters.redirect) return fmt::format("a redirect ({})", route.filters.redirect->status);
  if (route.to.port == 0) return route.match_id > 0 ? "nothing: 500" : "nothing: 503";
  int total = 0;
  for (const auto& other : all)
    if (other.match_id == route.match_id && other.host == route.host) total += other.weight;
  const bool is_share = route.match_id > 0 && total != route.weight;
  return target(route.to) + (is_share ? fmt::format(", {} of {}", route.weight, total) : "");
}

}  // namespace

Reach reach_of(const Project& project, const ObjectsOf& objects_of) {
  const Services services(project, objects_of);
  Reach reach;
  reach.routes = exposed_routes(project, services);
  reach.streams = fixed_streams(project, services);
  read_ingresses(project, objects_of, services, reach);
  read_gateway_api(project, objects_of, services, reach);
  for (auto& route : reach.routes)
    if (route.is_exposed) route.over_https = !reach.tls.empty();
  check_claims(reach);
  return reach;
}

std::string describe_reach(const Reach& reach, const std::vector<std::string>& components) {
  std::string text;
  const auto is_planned = [&](const std::string& component) {
    return std::find(components.begin(), components.end(), component) != components.end();
  };
  for (const auto& route : reach.routes)
    if (is_planned(route.component))
      text += fmt::format("route     {}{} to {} ({})\n", shown(route),
                          route.rewrite.empty() || route.filters.redirect ? "" : " as " + route.rewrite,
                          target(route, reach.routes), route.claimed_by);
  for (const auto& stream : reach.streams)
    if (is_planned(stream.component))
      text += fmt::format("port      {}/{} to {} (component \"{}\")\n", stream.port,
                          stream.is_udp ? "udp" : "tcp", target(stream.to), stream.component);
  return text;
}

}  // namespace harness
