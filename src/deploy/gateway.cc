#include "deploy/gateway.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/http.h"
#include "base/text.h"

namespace harness {

namespace {

// Names are looked up at each request, so the gateway starts before the components do.
constexpr const char* kHead = R"(worker_processes 1;
pid /tmp/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  client_max_body_size 0;
  proxy_http_version 1.1;
  proxy_request_buffering off;
  proxy_buffering off;
  proxy_read_timeout 1h;
  proxy_send_timeout 1h;
  proxy_set_header Host $http_host;
  proxy_set_header Connection "";
  proxy_set_header X-Forwarded-Prefix $prefix;
  absolute_redirect off;
  resolver ${DNS} valid=5s ipv6=off;
  server {
    listen 80;
    set $prefix "";
    set $to "";
    location = /harness-gateway { return 204; }
    # What the gateway says itself, and not a component, is marked: see wait_until_reachable.
    error_page 502 504 = @unreachable;
    location @unreachable {
      default_type text/plain;
      add_header X-Harness-Gateway unreachable always;
      return 502 "the gateway cannot reach $to\n";
    }
)";

/// How often a route is tried: what it waits for, kube-proxy's rules on the node, cannot be watched.
constexpr std::chrono::milliseconds kBetweenTries{20};
/// What the gateway says by itself is short.
constexpr std::chrono::seconds kOneAnswer{5};
/// How often the API is asked why it does not answer.
constexpr std::chrono::milliseconds kBetweenLooks{250};

std::string location(const Route& route) {
  const std::string upstream = fmt::format("http://{}:{}", route.host, route.port);
  if (route.path == "/")
    return fmt::format("    location / {{\n      set $to {0};\n      proxy_pass $to$request_uri;\n    }}\n",
                       upstream);
  return fmt::format(
      "    location = {0} {{ return 301 {0}/$is_args$args; }}\n"
      "    location {0}/ {{\n"
      "      set $to {1};\n"
      "      set $prefix {0};\n"
      "      if ($request_uri ~ ^{0}(/.*)$) {{ set $rest $1; }}\n"
      "      proxy_pass $to$rest;\n"
      "    }}\n",
      route.path, upstream);
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

}  // namespace

std::vector<Route> routes_of(const Project& project, const ObjectsOf& objects_of) {
  std::vector<Route> routes;
  for (const auto& component : project.components) {
    if (component.expose.empty()) continue;
    const Object* service = nullptr;
    for (const auto& object : objects_of(component))
      if (!service && object.kind == "Service" && object.service_port > 0) service = &object;
    if (!service)
      throw Error(fmt::format("{}:{}:{}: component \"{}\" has expose: and no Service with a port",
                              project.file.filename().string(), component.at.line, component.at.column,
                              component.name),
                  {.exit_code = kUsage});
    routes.push_back({component.name, component.expose,
                      service->name + "." + service->name_space + ".svc.cluster.local", service->service_port,
                      service->name, service->name_space});
  }
  return routes;
}

std::string nginx_config(const std::vector<Route>& routes, const std::string& dns) {
  std::string config = kHead;
  replace_all(config, "${DNS}", dns);
  for (const auto& route : routes) config += location(route);
  return config + "  }\n}\n";
}

const Image& gateway_image() {
  static const Image image{.name = "harness/gateway", .kind = Image::Kind::pull, .pull = "nginx:1.22"};
  return image;
}

std::vector<Object> gateway_objects(std::string manifest, const std::string& image,
                                    const std::vector<Route>& routes, const std::string& dns,
                                    const std::string& name_space) {
  const std::string config = nginx_config(routes, dns);
  replace_all(manifest, "${IMAGE}", image);
  replace_all(manifest, "${CONFIG_HASH}", sha256_hex(config).substr(0, 12));
  replace_all(manifest, "${CONFIG}", nlohmann::json(config).dump());  // a JSON string is a YAML string
  return read_manifest({"cluster-config/gateway.yaml", std::move(manifest)}, name_space);
}

void wait_until_reachable(const std::string& url, const Route& route, const Waiting& waiting,
                          const std::function<std::optional<Diagnosis>()>& why, std::stop_token stop) {
  const HttpClient gateway(url);
  const Deadline deadline(waiting.deadline, stop);
  const std::string what =
      "component " + route.component + " runs, but does not answer at " + url + route.path + ": ";
  std::string seen;
  Patience patience;
  auto next_look = std::chrono::steady_clock::now() + kBetweenLooks;
  for (auto now = std::chrono::steady_clock::now(); now < waiting.deadline;
       now = std::chrono::steady_clock::now()) {
    try {
      const HttpRequest request{.path = route.path == "/" ? "/" : route.path + "/",
                                .headers = {{"X-Test-Id", kReachProbe}}};
      // Its headers are enough, and all that comes of a component that streams.
      if (!gateway.head_of(request, deadline).headers.contains("x-harness-gateway")) return;
      seen = trim(gateway.send(request, deadline.within(kOneAnswer)).body);
    } catch (const HttpError& e) {
      seen = e.what();
    }
    if (now > next_look) {
      next_look = now + kBetweenLooks;
      const auto found = why();
      for (const auto& diagnosis :
           patience.believe(found ? std::vector{*found} : std::vector<Diagnosis>{}, now)) {
        if (!diagnosis.may_pass && !waiting.anyway)
          throw Error(what + diagnosis.cause,
                      {.output_tail = diagnosis.evidence, .hint = diagnosis.hint, .exit_code = kDeploy});
        waiting.on_trouble(diagnosis);
      }
    }
    deadline.pause(kBetweenTries);
  }
  if (const auto& found = patience.suspicion())
    throw Error(what + found->cause,
                {.output_tail = seen + "\n" + found->evidence, .hint = found->hint, .exit_code = kDeploy});
  throw Error(
      what + seen,
      {.hint = fmt::format(
           "does its Service ({}, port {}) select its pods, and does the container listen on targetPort?",
           route.host, route.port),
       .exit_code = kDeploy});
}

}  // namespace harness
