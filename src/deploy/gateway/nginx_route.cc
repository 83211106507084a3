#include "deploy/gateway/nginx_route.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <set>

#include "deploy/gateway/nginx_words.h"

namespace harness {

namespace {

/// Names of headers, and nginx's words for their values.
using Headers = std::vector<std::pair<std::string, std::string>>;

const Headers kProxyHeaders{{"Host", "$host_sent"},
                            {"Upgrade", "$http_upgrade"},
                            {"Connection", "$connection_header"},
                            {"X-Real-IP", "$remote_addr"},
                            {"X-Forwarded-For", "$proxy_add_x_forwarded_for"},
                            {"X-Forwarded-Host", "$http_host"},
                            {"X-Forwarded-Proto", "$scheme"},
                            {"X-Forwarded-Prefix", "$prefix"}};
const Headers kGrpcHeaders{{"Host", "$host_sent"}, {"X-Forwarded-For", "$proxy_add_x_forwarded_for"}};

std::string shown(const char* directive, const Headers& headers, const char* indent) {
  std::string text;
  for (const auto& [name, value] : headers)
    text += fmt::format("{}{} {} {};\n", indent, directive, name, value.empty() ? "\"\"" : value);
  return text;
}

std::string& value_of(Headers& headers, const std::string& name) {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
    return strcasecmp(header.first.c_str(), name.c_str()) == 0;
  });
  return found == headers.end() ? headers.emplace_back(name, "").second : found->second;
}

/// What sets the headers of a request: all of them, since a location with one of its own inherits none.
std::string request_headers(const HeaderChanges& changes) {
  if (changes == HeaderChanges{}) return "";
  std::string text;
  Headers proxy = kProxyHeaders, grpc = kGrpcHeaders;
  const auto set = [&](const std::string& name, const std::string& value) {
    value_of(proxy, name) = value;
    value_of(grpc, name) = value;
  };
  for (const auto& [name, value] : changes.set) set(name, word_of_text(value));
  for (size_t i = 0; i < changes.add.size(); ++i) {
    const auto& [name, value] = changes.add[i];
    const auto before = header_variable(name), sum = fmt::format("$added_{}", i);
    text += fmt::format("      set {} {};\n      if ({} != \"\") {{ set {} {}; }}\n", sum,
                        word_of_text(value), before, sum, word_of(before + "," + plain(value)));
    set(name, sum);
  }
  for (const auto& name : changes.remove) set(name, "");
  return text + shown("proxy_set_header", proxy, "      ") + shown("grpc_set_header", grpc, "      ");
}

std::string response_headers(const HeaderChanges& changes) {
  std::string text;
  const auto hide = [&](const std::string& name) {
    text += fmt::format("      proxy_hide_header {0};\n      grpc_hide_header {0};\n", name);
  };
  const auto add = [&](const auto& header) {
    text += fmt::format("      add_header {} {} always;\n", header.first, word_of_text(header.second));
  };
  for (const auto& header : changes.set) {
    hide(header.first);
    add(header);
  }
  for (const auto& name : changes.remove) hide(name);
  for (const auto& header : changes.add) add(header);
  return text;
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
  const auto rewrite = "rewrite " + word_of(prefix + "(/.*)$") + " $1 break; ";
  const auto as_sent = "if ($request_uri ~ " + word_of(prefix + "(?<rest>/.*)$") + ") { }";
  return "      set $prefix " + word_of(route.path) + ";\n      set $rest \"\";\n" +
         pass(route, rewrite, "      " + as_sent + "\n      if ($rest = \"\") { " + rewrite + "}\n", "$rest");
}

/// A changed path: `set` has it in $to, as the rest was sent; `rewrite` makes it of another spelling.
struct ChangedPath {
  std::string set, rewrite;
};

ChangedPath changed_path(const Route& route) {
  const auto& change = *route.filters.path;
  if (!change.is_prefix)
    return {"      set $to " + word_of(plain(change.with) + "$is_args$args") + ";\n",
            "rewrite ^ " + word_of_text(change.with) + " break; "};
  const auto prefix = "^" + (route.path == "/" ? "" : literal(route.path));
  auto with = plain(change.with);
  while (with.ends_with('/')) with.pop_back();
  const auto alone = with.empty() ? "/" : with;
  const auto set = [](const std::string& pattern, const std::string& to) {
    return fmt::format("      if ($request_uri ~ {}) {{ set $to {}; }}\n", word_of(pattern),
                       word_of(to + "$is_args$args"));
  };
  const auto rewrite = [](const std::string& pattern, const std::string& to) {
    return fmt::format("rewrite {} {} break; ", word_of("(?s)" + pattern), word_of(to));
  };
  return {"      set $to \"\";\n" + set(prefix + "(?<rest>/[^?]*)", with + "$rest") +
              set(prefix + R"((?:\?|\z))", alone),
          rewrite(prefix + R"(\z)", alone) + rewrite(prefix + R"((/.*)\z)", with + "$1")};
}

/// The port of a redirect, as a URL has it. It is left out where it is the scheme's own.
std::string port_of(const Redirect& redirect) {
  const auto scheme = redirect.scheme.empty() ? "http" : redirect.scheme;
  if (redirect.port == 0) return redirect.scheme.empty() ? "$client_port" : "$" + redirect.scheme + "_port";
  const bool is_usual = redirect.port == (scheme == "https" ? 443 : 80);
  return is_usual ? "" : ":" + std::to_string(redirect.port);
}

std::string redirect_of(const Route& route) {
  const auto& redirect = *route.filters.redirect;
  std::string text, path = "$request_uri";
  if (route.filters.path) {
    path = "$to";
    text = changed_path(route).set +
           "      if ($to = \"\") { return 400 \"the gateway redirects only paths that are written as the "
           "route has them\\n\"; }\n";
  }
  return text + fmt::format("      return {} {};\n", redirect.status,
                            word_of((redirect.scheme.empty() ? "$scheme" : redirect.scheme) + "://" +
                                    (redirect.host.empty() ? "$host" : plain(redirect.host)) +
                                    port_of(redirect) + path));
}

std::string time_out(int ms) {
  std::string text = "      error_page 502 = @unreachable;\n      error_page 504 = @late;\n";
  for (const char* directive : {"proxy_read_timeout", "grpc_read_timeout"})
    text += fmt::format("      {} {}ms;\n", directive, ms);
  return text;
}

std::string filtered(const Route& route) {
  const auto& filters = route.filters;
  std::string text;
  if (filters.timeout_ms > 0) text += time_out(filters.timeout_ms);
  if (!filters.host.empty()) text += "      set $host_sent " + word_of_text(filters.host) + ";\n";
  for (const auto& address : filters.mirrors) text += "      mirror /harness-mirror/" + address + ";\n";
  text += request_headers(filters.request);
  if (!filters.path) return text + pass(route, "", "", "");
  const auto changed = changed_path(route);
  return text + pass(route, changed.rewrite,
                     changed.set + "      if ($to = \"\") { " + changed.rewrite + "}\n", "$to");
}

}  // namespace

std::string header_directives() {
  return shown("proxy_set_header", kProxyHeaders, "  ") + shown("grpc_set_header", kGrpcHeaders, "  ");
}

std::string body_of(const Route& route) {
  if (route.filters.redirect) return response_headers(route.filters.response) + redirect_of(route);
  if (route.to.port == 0)
    return fmt::format(
        "      default_type text/plain;\n"
        "      add_header X-Harness-Gateway no-service always;\n"
        "      return {} \"the gateway knows no Service for this path\\n\";\n",
        route.match_id > 0 ? 500 : 503);
  std::string body = "      set $address " + route.to.address() + ";\n";
  for (const auto& [directive, value] : route.settings) body += "      " + directive + " " + value + ";\n";
  if (!route.forwarded_prefix.empty()) body += "      set $prefix " + word_of(route.forwarded_prefix) + ";\n";
  if (route.strip) return body + stripped(route);
  if (route.match_id > 0) return body + response_headers(route.filters.response) + filtered(route);
  if (route.rewrite.empty()) return body + pass(route, "", "", "");
  const auto rewrite = "rewrite " + word_of("(?i)" + route.path) + " " + word_of(route.rewrite) + " break; ";
  return body + pass(route, rewrite, "      " + rewrite + "\n", "");
}

std::string mirror_locations(const std::vector<const Route*>& routes) {
  std::set<std::string> addresses;
  for (const auto* route : routes)
    addresses.insert(route->filters.mirrors.begin(), route->filters.mirrors.end());
  std::string text;
  for (const auto& address : addresses)
    text += fmt::format(
        "    location = /harness-mirror/{0} {{\n      internal;\n      proxy_pass http://{0}$request_uri;\n  "
        "  "
        "}}\n",
        address);
  return text;
}

}  // namespace harness
