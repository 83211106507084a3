#include "deploy/gateway/nginx_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace harness {

namespace {

using Match = Route::Match;

// Names are looked up at each request, so the gateway starts before the components do. Nothing that comes or
// goes slowly is given up within an hour.
constexpr const char* kHead = R"(include /etc/nginx/modules-enabled/*.conf;
worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
{streams}http {{
  access_log off;
  server_names_hash_bucket_size 512;
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
  proxy_set_header Host $http_host;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_header;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Prefix $prefix;
  grpc_set_header Host $http_host;
  grpc_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  absolute_redirect off;
  recursive_error_pages on;
  resolver {dns} valid=5s ipv6=off;
)";

/// Of each server. What the gateway says itself, and not a component, is marked: see wait_until_reachable.
constexpr const char* kServerHead = R"(    http2 on;
    set $prefix "";
    set $address "";
    location = /harness-gateway { return 204; }
    error_page 502 504 = @unreachable;
    location @unreachable {
      default_type text/plain;
      add_header X-Harness-Gateway unreachable always;
      return 502 "the gateway cannot reach http://$address\n";
    }
    location @http1 { proxy_pass http://$address; }
)";

constexpr const char* kNoRoute = R"(    location / {
      default_type text/plain;
      add_header X-Harness-Gateway no-route always;
      return 404 "the gateway has no route for this host and path\n";
    }
)";

/// As a word of nginx's configuration.
std::string quoted(const std::string& text) {
  std::string word = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') word += '\\';
    word += c;
  }
  return word + "\"";
}

/// A regular expression that matches `text` alone.
std::string literal(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string(".^$*+?()[]{}|\\").find(c) != std::string::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

/// How requests go on: those of gRPC, and all where the Service takes HTTP/2 alone, by HTTP/2. `rewrite`
/// changes their path, `by_hand` is what does it for others, `uri` what is sent then.
std::string pass(const Route& route, const std::string& rewrite, const std::string& by_hand,
                 const std::string& uri) {
  const auto grpc = rewrite + "grpc_pass grpc://$address;";
  if (route.to.is_http2) return "      " + grpc + "\n";
  return "      if ($http_content_type ~ \"^application/grpc\") { " + grpc + " }\n" + by_hand +
         "      proxy_pass http://$address" + uri + ";\n";
}

/// Without the prefix, but else as it was sent; what is another spelling of the path as nginx reads it. Of
/// groups of a pattern nginx encodes those without a name once more.
std::string stripped(const Route& route) {
  const auto prefix = "^" + literal(route.path);
  const auto rewrite = "rewrite " + quoted(prefix + "(/.*)$") + " $1 break; ";
  const auto as_sent = "if ($request_uri ~ " + quoted(prefix + "(?<rest>/.*)$") + ") { }";
  return "      set $prefix " + quoted(route.path) + ";\n      set $rest \"\";\n" +
         pass(route, rewrite, "      " + as_sent + "\n      if ($rest = \"\") { " + rewrite + "}\n", "$rest");
}

/// What is in the location of a route.
std::string body_of(const Route& route) {
  if (route.to.port == 0)
    return "      default_type text/plain;\n"
           "      add_header X-Harness-Gateway no-service always;\n"
           "      return 503 \"the gateway knows no Service for this path\\n\";\n";
  std::string body = "      set $address " + route.to.address() + ";\n";
  for (const auto& [directive, value] : route.settings) body += "      " + directive + " " + value + ";\n";
  if (!route.forwarded_prefix.empty()) body += "      set $prefix " + quoted(route.forwarded_prefix) + ";\n";
  if (route.strip) return body + stripped(route);
  if (route.rewrite.empty()) return body + pass(route, "", "", "");
  const auto rewrite = "rewrite " + quoted("(?i)" + route.path) + " " + quoted(route.rewrite) + " break; ";
  return body + pass(route, rewrite, "      " + rewrite + "\n", "");
}

std::string location(const Route& route) {
  switch (route.match) {
    case Match::exact:
      return "location = " + quoted(route.path);
    case Match::regex:
      return "location ~* " + quoted("^" + route.path);
    case Match::fallback:
      return "location /";
    case Match::prefix:
      break;
  }
  if (route.path == "/") return "location ~ \"^/\"";
  return "location ~ " + quoted("^" + literal(route.path) + (route.strip ? "/" : "(/|$)"));
}

/// The routes of one server: nginx takes the first regular expression that matches, so longer paths come
/// first.
std::string locations(std::vector<const Route*> routes) {
  std::stable_sort(routes.begin(), routes.end(), [](const Route* a, const Route* b) {
    const auto rank = [](const Route* r) { return r->match == Match::fallback ? 0 : r->path.size(); };
    return rank(a) > rank(b);
  });
  std::string text;
  std::set<std::string> exact;
  bool has_fallback = false;
  for (const auto* route : routes) {
    if (route->match == Match::exact) exact.insert(route->path);
    has_fallback = has_fallback || route->match == Match::fallback;
    text += "    " + location(*route) + " {\n" + body_of(*route) + "    }\n";
  }
  for (const auto* route : routes)
    if (route->strip && exact.insert(route->path).second)
      text += fmt::format("    location = {0} {{ return 301 {0}/$is_args$args; }}\n", route->path);
  return text + (has_fallback ? "" : kNoRoute);
}

std::string server_name(const std::string& host) {
  if (host.empty()) return "_";
  if (!host.starts_with("*.")) return host;
  return quoted("~^[^.]+" + literal(host.substr(1)) + "$");  // a * of nginx stands for several labels
}

/// Routes for any host that are on this one, too, unless it has its own for that path.
std::vector<const Route*> routes_on(const std::string& host, const std::vector<Route>& routes) {
  std::vector<const Route*> found;
  for (const auto& route : routes)
    if (route.host == host) found.push_back(&route);
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

std::string streams_of(const std::vector<Stream>& streams, const std::string& dns) {
  std::string servers;
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

std::string nginx_config(const Reach& reach, const std::string& dns) {
  std::set<std::string> hosts{""};
  for (const auto& route : reach.routes) hosts.insert(route.host);
  std::string config = fmt::format(fmt::runtime(kHead), fmt::arg("streams", streams_of(reach.streams, dns)),
                                   fmt::arg("dns", dns));
  for (const auto& host : hosts)
    config += fmt::format("  server {{\n    listen 80{};\n    server_name {};\n{}{}{}  }}\n",
                          host.empty() ? " default_server" : "", server_name(host), kServerHead,
                          probes(reach.routes), locations(routes_on(host, reach.routes)));
  return config + "}\n";
}

}  // namespace harness
