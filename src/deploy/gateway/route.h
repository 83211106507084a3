#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "deploy/gateway/filters.h"
#include "deploy/gateway/tls_host.h"
#include "deploy/manifest.h"

namespace harness {

/// What a component deploys.
using ObjectsOf = std::function<const std::vector<Object>&(const Component&)>;

/// Requests that the gateway takes to one Service.
struct Route {
  enum class Match {
    prefix,    ///< the path and all below it, by whole elements
    exact,     ///< the path alone
    regex,     ///< a path that begins like this, in any case, as ingress-nginx has it
    pattern,   ///< a path that is this regular expression as a whole, as the Gateway API has it
    fallback,  ///< of its host what no other route is for
  };
  std::string component;
  std::string path;
  Backend to;
  Match match = Match::prefix;
  /// "*.example.test": one more label, "**.example.test": one or more; empty: any that has no routes of its
  /// own
  std::string host = {};
  bool on_every_host = false;  ///< also on hosts that have routes of their own
  bool over_http = true, over_https = false;
  bool strip = false;        ///< prefix: the component gets the rest, and the prefix as X-Forwarded-Prefix
  std::string rewrite = {};  ///< what the match is replaced by: "/$2"
  std::string forwarded_prefix = {};                 ///< X-Forwarded-Prefix
  std::map<std::string, std::string> settings = {};  ///< nginx's own: client_max_body_size -> 8m
  bool is_exposed = false;      ///< by `expose:`: its component is ready only once it answers
  std::string claimed_by = {};  ///< for messages: "component \"web\"", "m.yaml:4:3: Ingress default/web"
  /// Of the Gateway API: which match of which rule it is of, in the order of precedence among equals. Routes
  /// of one match share its requests by weight. 0: of an Ingress or of `expose:`.
  int match_id = 0;
  int weight = 1;
  std::vector<Condition> conditions = {};
  Filters filters = {};
};

/// A port of the node that leads to a Service's, for TCP or UDP.
struct Stream {
  int port = 0;
  bool is_udp = false;
  Backend to;
  bool is_node_port = false;  ///< it is the Service's node port: kube-proxy takes it there
  std::string component = {};
};

/// An Ingress that the gateway serves.
struct ServedIngress {
  std::string component, name_space, name;
};

/// An object of the Gateway API that the gateway serves, with the status that a controller writes. The
/// conditions in it have neither observedGeneration nor lastTransitionTime.
struct ServedObject {
  std::string component, api_version, kind, name_space, name;
  nlohmann::json status;
};

/// All that the gateway of a project does.
struct Reach {
  std::vector<Route> routes;
  std::vector<Stream> streams;
  std::vector<ServedIngress> ingresses;
  std::vector<ServedObject> objects;
  std::vector<TlsHost> tls;          ///< hosts that are served by HTTPS; empty: there is no HTTPS
  std::vector<std::string> remarks;  ///< what objects ask for and do not get, a line each
};

/// The routes of `expose:`, of Ingress objects and of the Gateway API, and the streams of `ports:`. Throws
/// Error (kUsage) with file, line and column where a Service is missing or cannot be served, or where two
/// claim one path.
Reach reach_of(const Project& project, const ObjectsOf& objects_of);

/// A line for each route and port of `components`, for -dry-run.
std::string describe_reach(const Reach& reach, const std::vector<std::string>& components);

}  // namespace harness
