#include "deploy/gateway/nginx_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "deploy/gateway/certificates.h"
#include "deploy/gateway/dispatch.h"
#include "deploy/gateway/nginx_route.h"
#include "deploy/gateway/nginx_words.h"

namespace harness {

namespace {

using Match = Route::Match;

// Names are looked up at each request, so the gateway starts before the components do. Nothing that comes or
// goes slowly is given up within an hour.
// A connection that is told to be HTTPS or not is four of them.
constexpr const char* kHead = R"(include /etc/nginx/modules-enabled/*.conf;
worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr warn;
events {{ worker_connections 16384; }}
{streams}http {{
  access_log off;
  server_names_hash_bucket_size 512;
  variables_hash_max_size 16384;
  underscores_in_headers on;
  client_max_body_size 0;
  client_body_timeout 1h;
  send_timeout 1h;
  proxy_http_version 1.1;
  proxy_request_buffering off;
  proxy_buffering off;
  proxy_read_timeout 1h;
  proxy_send_timeout 1h;
  grpc_read_timeout 1h;
  grpc_send_timeout 1h;
  map $http_upgrade $connection_header {{
    default upgrade;
    "" "";
  }}
  map $http_host $client_port {{
    default "";
    "~(?<port>:[0-9]+)$" $port;
  }}
{tls}  geo $dollar {{ default "$"; }}
{headers}  absolute_redirect off;
  recursive_error_pages on;
  resolver {dns} valid=5s ipv6=off;
)";

/// Of each server. What the gateway says itself, and not a component, is marked: see wait_until_reachable.
constexpr const char* kServerHead = R"(    http2 on;
    set $prefix "";
    set $address "";
    set $host_sent $http_host;
    location = /harness-gateway { return 204; }
    error_page 502 504 = @unreachable;
    location @unreachable {
      default_type text/plain;
      add_header X-Harness-Gateway unreachable always;
      return 502 "the gateway cannot reach http://$address\n";
    }
    location @late {
      default_type text/plain;
      add_header X-Harness-Gateway late always;
      return 504 "http://$address did not answer in time\n";
    }
    location @http1 { proxy_pass http://$address; }
)";

constexpr const char* kNoRoute = R"(      default_type text/plain;
      add_header X-Harness-Gateway no-route always;
      return 404 "the gateway has no route for this host and path\n";
)";

/// Without HTTPS: a redirect to it leads to its usual port.
constexpr const char* kPlain = R"(  map $scheme $http_port { default $client_port; }
  map $scheme $https_port { default ""; }
)";

/// HTTP and HTTPS are at one port of the machine, so that a redirect from one to the other stays there.
constexpr const char* kTls = R"(  map $scheme$client_port $http_port {
    default $client_port;
    https :443;
  }
  map $scheme$client_port $https_port {
    default $client_port;
    http :80;
  }
  set_real_ip_from unix:;
  real_ip_header proxy_protocol;
  ssl_session_cache shared:tls:1m;
)";

/// The first bytes of a connection say which of both it is.
constexpr const char* kFront = R"(  map $ssl_preread_protocol $front {
    "" unix:/tmp/http.sock;
    default unix:/tmp/https.sock;
  }
  server {
    listen 80;
    ssl_preread on;
    preread_timeout 1h;
    proxy_timeout 24h;
    proxy_protocol on;
    proxy_pass $front;
  }
)";

std::string location(const Route& route) {
  switch (route.match) {
    case Match::exact:
      return "location = " + word_of(route.path);
    case Match::regex:
      return "location ~* " + word_of("^" + route.path);
    case Match::fallback:
      return "location /";
    case Match::pattern:
    case Match::prefix:
      break;
  }
  if (route.path == "/") return "location ~ \"^/\"";
  return "location ~ " + word_of("^" + literal(route.path) + (route.strip ? "/" : "(/|$)"));
}

/// The routes of one server: nginx takes the first regular expression that matches, so longer paths come
/// first.
std::string locations(std::vector<const Route*> routes) {
  std::stable_sort(routes.begin(), routes.end(), [](const Route* a, const Route* b) {
    const auto rank = [](const Route* r) { return r->match == Match::fallback ? 0 : r->path.size(); };
    return rank(a) > rank(b);
  });
  std::string text;
  bool has_fallback = false;
  for (const auto* route : routes) {
    has_fallback = has_fallback || route->match == Match::fallback;
    text += "    " + location(*route) + " {\n" + body_of(*route) + "    }\n";
  }
  return text + (has_fallback ? "" : std::string("    location / {\n") + kNoRoute + "    }\n");
}

/// From the prefix of a stripped route to what is below it.
std::string slash_redirects(const std::vector<const Route*>& routes) {
  std::set<std::string> exact;
  for (const auto* route : routes)
    if (route->match == Match::exact) exact.insert(route->path);
  std::string text;
  for (const auto* route : routes)
    if (route->strip && exact.insert(route->path).second)
      text += fmt::format("    location = {0} {{ return 301 {0}/$is_args$args; }}\n", route->path);
  return text;
}

std::string server_name(const std::string& host) {
  if (host.empty()) return "_";
  if (!host.starts_with('*')) return host;
  if (host.starts_with("**")) return word_of("~^.+" + literal(host.substr(2)) + "$");
  return word_of("~^[^.]+" + literal(host.substr(1)) + "$");  // a * of nginx stands for several labels
}

/// The first regular expression that matches a name counts: that of the longest, one label before several.
std::vector<std::string> hosts_of(const std::vector<Route>& routes, const std::vector<TlsHost>& tls) {
  std::set<std::string> hosts{""};
  for (const auto& route : routes) hosts.insert(route.host);
  for (const auto& one : tls) hosts.insert(one.host);
  std::vector<std::string> ordered(hosts.begin(), hosts.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const std::string& a, const std::string& b) {
    const auto rank = [](const std::string& host) {
      const auto stars = static_cast<long>(host.rfind('*') + 1);
      return std::tuple(stars > 0, stars > 0 ? stars - static_cast<long>(host.size()) : 0, stars);
    };
    return rank(a) < rank(b);
  });
  return ordered;
}

/// Those of a host: its own, and of any host that are on this one, too, unless it has its own for that path.
std::vector<const Route*> routes_on(const std::string& host, const std::vector<Route>& routes) {
  std::vector<const Route*> found;
  for (const auto& route : routes)
    if (route.host == host || (host.starts_with("*.") && route.host == "*" + host)) found.push_back(&route);
  const auto own = found;
  for (const auto& route : routes) {
    const bool is_claimed = std::any_of(own.begin(), own.end(), [&](const Route* one) {
      return one->match == route.match && one->path == route.path;
    });
    if (!host.empty() && route.on_every_host && !is_claimed) found.push_back(&route);
  }
  return found;
}

std::string probes(const std::vector<Route>& routes) {
  std::set<std::string> addresses;
  std::string text;
  for (const auto& route : routes)
    if (route.to.port != 0 && addresses.insert(route.to.address()).second)
      text += fmt::format(
          "    location = {} {{\n"
          "      set $address {};\n"
          "      rewrite ^ / break;\n"
          "      grpc_read_timeout 2s;\n"
          "      error_page 502 504 = @http1;\n"  // by HTTP/1.1 nginx would take any bytes for an answer
          "      grpc_pass grpc://$address;\n"
          "    }}\n",
          probe_path(route.to), route.to.address());
  return text;
}

std::string streams_of(const std::vector<Stream>& streams, bool has_tls, const std::string& dns) {
  std::string servers = has_tls ? kFront : "";
  for (const auto& stream : streams)
    if (!stream.is_node_port)
      servers += fmt::format(
          "  server {{\n"
          "    listen {}{};\n"
          "    proxy_timeout {};\n"
          "    set $address {};\n"
          "    proxy_pass $address;\n"
          "  }}\n",
          stream.port, stream.is_udp ? " udp" : "", stream.is_udp ? "1m" : "24h", stream.to.address());
  return servers.empty() ? ""
                         : fmt::format("stream {{\n  resolver {} valid=5s ipv6=off;\n{}}}\n", dns, servers);
}

}  // namespace

std::string probe_path(const Backend& to) { return "/harness-gateway/" + to.address(); }

namespace {

/// The servers of HTTP, or those of HTTPS, with what belongs before them.
class Servers {
 public:
  explicit Servers(const Reach& reach) : reach_(reach) {}

  void add(bool is_https) {
    std::vector<Route> routes;
    for (const auto& route : reach_.routes)
      if (is_https ? route.over_https : route.over_http) routes.push_back(route);
    for (const auto& host : hosts_of(routes, is_https ? reach_.tls : std::vector<TlsHost>{}))
      servers_ +=
          fmt::format("  server {{\n{}    server_name {};\n{}{}{}  }}\n", listen(host, is_https),
                      server_name(host), kServerHead, probes(routes), locations_of(routes_on(host, routes)));
  }

  std::string text() const { return maps_ + servers_; }

 private:
  std::string listen(const std::string& host, bool is_https) const {
    const char* as = host.empty() ? " default_server" : "";
    if (!is_https)
      return fmt::format("    listen {}{};\n",
                         reach_.tls.empty() ? "80" : "unix:/tmp/http.sock proxy_protocol", as);
    const auto* tls = tls_of(reach_.tls, host);
    const auto name = tls ? certificate_name(*tls) : "self-signed";
    return fmt::format(
        "    listen unix:/tmp/https.sock ssl proxy_protocol{0};\n"
        "    ssl_certificate /etc/gateway-tls/{1}.crt;\n"
        "    ssl_certificate_key /etc/gateway-tls/{1}.key;\n",
        as, name);
  }

  std::string locations_of(const std::vector<const Route*>& routes) {
    if (!needs_dispatch(routes)) return locations(routes) + slash_redirects(routes);
    const auto dispatched = dispatch(routes, count_++, kNoRoute);
    maps_ += dispatched.maps;
    return mirror_locations(routes) + dispatched.locations + slash_redirects(routes);
  }

  const Reach& reach_;
  size_t count_ = 0;
  std::string maps_, servers_;
};

}  // namespace

std::string nginx_config(const Reach& reach, const std::string& dns) {
  const bool has_tls = !reach.tls.empty();
  Servers servers(reach);
  servers.add(false);
  if (has_tls) servers.add(true);
  return fmt::format(fmt::runtime(kHead), fmt::arg("streams", streams_of(reach.streams, has_tls, dns)),
                     fmt::arg("dns", dns), fmt::arg("headers", header_directives()),
                     fmt::arg("tls", has_tls ? kTls : kPlain)) +
         servers.text() + "}\n";
}

}  // namespace harness
