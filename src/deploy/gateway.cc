#include "deploy/gateway.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/http.h"
#include "base/template.h"
#include "base/text.h"
#include "cluster/objects.h"

namespace harness {

namespace {

/// How often a route is tried: what it waits for, kube-proxy's rules on the node, cannot be watched.
constexpr std::chrono::milliseconds kBetweenTries{20};
/// What the gateway says by itself is short.
constexpr std::chrono::seconds kOneAnswer{5};
/// How often the API is asked why it does not answer.
constexpr std::chrono::milliseconds kBetweenLooks{250};

}  // namespace

const Image& gateway_image() {
  static const Image image{.name = "harness/gateway", .kind = Image::Kind::pull, .pull = "nginx:1.26"};
  return image;
}

std::vector<Object> gateway_objects(std::string manifest, const std::string& image, const Reach& reach,
                                    const std::string& dns, const std::string& name_space) {
  const std::string config = nginx_config(reach, dns);
  const TemplateValues values{
      {"IMAGE", {[&](auto) { return image; }}},
      {"CONFIG_HASH", {[&](auto) { return sha256_hex(config).substr(0, 12); }}},
      {"CONFIG", {[&](auto) { return nlohmann::json(config).dump(); }}}};  // a JSON string is a YAML string
  if (const auto problem = template_problem(manifest, TemplateSyntax::dollar, values))
    throw Error("cluster-config/gateway.yaml: " + *problem, {.exit_code = kUsage});
  return read_manifest(
      {"cluster-config/gateway.yaml", fill_template(manifest, TemplateSyntax::dollar, values)}, name_space);
}

std::string shown_url(const std::string& url, const Route& route) {
  return url + route.path + (route.host.empty() ? "" : " (host " + route.host + ")");
}

void write_status(const KubeApi& api, const ServedIngress& ingress, const std::string& url,
                  std::stop_token stop) {
  const auto path =
      "/apis/networking.k8s.io/v1/namespaces/" + ingress.name_space + "/ingresses/" + ingress.name;
  const auto colon = url.rfind(':');
  const int port = colon > std::string("https").size() ? std::atoi(url.c_str() + colon + 1) : 80;
  const auto wanted =
      nlohmann::json::array({{{"hostname", "localhost"},
                              {"ports", nlohmann::json::array({{{"port", port}, {"protocol", "TCP"}}})}}});
  const auto stored = api.get(path, stop);
  if (stored.is_null() || json_at(stored, "/status/loadBalancer/ingress") == wanted) return;
  api.patch(path + "/status", {{"status", {{"loadBalancer", {{"ingress", wanted}}}}}}, stop);
}

void wait_until_reachable(const std::string& url, const Route& route, const Waiting& waiting,
                          const std::function<std::optional<Diagnosis>()>& why, std::stop_token stop) {
  const HttpClient gateway(url);
  const Deadline deadline(waiting.deadline, stop);
  const std::string what =
      "component " + route.component + " runs, but does not answer at " + shown_url(url, route) + ": ";
  std::string seen;
  Patience patience;
  auto next_look = std::chrono::steady_clock::now() + kBetweenLooks;
  for (auto now = std::chrono::steady_clock::now(); now < waiting.deadline;
       now = std::chrono::steady_clock::now()) {
    try {
      const HttpRequest request{.path = probe_path(route.to), .headers = {{"X-Test-Id", kReachProbe}}};
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
  throw Error(what + seen, {.hint = fmt::format("check that its Service ({}, port {}) selects its pods, and "
                                                "that the container listens on targetPort",
                                                route.to.host(), route.to.port),
                            .exit_code = kDeploy});
}

}  // namespace harness
