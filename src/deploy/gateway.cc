#include "deploy/gateway.h"

#include <fmt/format.h>

#include <algorithm>
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

/// Adds what only the API knows to each condition of a status, and below it. `stored` is the same part of the
/// stored status.
void complete_conditions(nlohmann::json& part, const nlohmann::json& stored, int64_t generation,
                         const std::string& now) {
  for (auto& [key, value] : part.items()) {
    const auto old = stored.is_object() ? stored.value(key, nlohmann::json()) : nlohmann::json();
    if (key == "conditions")
      for (auto& condition : value) {
        condition["observedGeneration"] = generation;
        condition["lastTransitionTime"] = now;
        for (const auto& one : old)
          if (text_at(one, "/type") == condition["type"] && text_at(one, "/status") == condition["status"])
            condition["lastTransitionTime"] = text_at(one, "/lastTransitionTime");
      }
    else if (value.is_array())
      for (size_t i = 0; i < value.size(); ++i)
        complete_conditions(value[i], i < old.size() ? old[i] : nlohmann::json(), generation, now);
  }
}

}  // namespace

const Image& gateway_image() {
  static const Image image{.name = "harness/gateway", .kind = Image::Kind::pull, .pull = "nginx:1.26"};
  return image;
}

std::vector<Object> gateway_objects(std::string manifest, const std::string& image, const Reach& reach,
                                    const Certificates& certificates, const std::string& dns,
                                    const std::string& name_space) {
  const char* file = "cluster-config/gateway.yaml";
  const std::string config = nginx_config(reach, dns);
  const auto secret = reach.tls.empty() ? "" : certificates_secret(certificates, "").dump();
  const TemplateValues values{
      {"IMAGE", {[&](auto) { return image; }}},
      {"CONFIG_HASH", {[&](auto) { return sha256_hex(config + secret).substr(0, 12); }}},
      {"CONFIG", {[&](auto) { return nlohmann::json(config).dump(); }}}};  // a JSON string is a YAML string
  if (const auto problem = template_problem(manifest, TemplateSyntax::dollar, values))
    throw Error(std::string(file) + ": " + *problem, {.exit_code = kUsage});
  if (!reach.tls.empty() && manifest.find(kCertificates) == std::string::npos)
    throw Error(fmt::format("{}: no pod mounts the Secret {}, which has the certificates of {}", file,
                            kCertificates, reach.tls[0].claimed_by),
                {.hint = "mount it at /etc/gateway-tls", .exit_code = kUsage});
  auto objects = read_manifest({file, fill_template(manifest, TemplateSyntax::dollar, values)}, name_space);
  if (reach.tls.empty()) return objects;
  const auto gateway = std::find_if(objects.begin(), objects.end(),
                                    [](const Object& object) { return object.kind == "Deployment"; });
  const auto where = gateway == objects.end() ? name_space : gateway->name_space;
  objects.push_back({.api_version = "v1",
                     .kind = "Secret",
                     .name = kCertificates,
                     .name_space = where,
                     .body = certificates_secret(certificates, where)});
  return objects;
}

std::string https_url(const std::string& url) {
  const auto host = url.substr(url.find("://") + 3);
  return "https://" + host + (host.find(':') == std::string::npos ? ":80" : "");
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

void write_status(const KubeApi& api, const ServedObject& object, const std::string& now,
                  std::stop_token stop) {
  const auto path =
      api.collection(object.api_version, object.kind, object.name_space, stop) + "/" + object.name;
  const auto stored = api.get(path, stop);
  if (stored.is_null()) return;
  auto status = object.status;
  complete_conditions(status, json_at(stored, "/status"), number_at(stored, "/metadata/generation"), now);
  if (status.contains("parents"))
    for (const auto& parent : list_at(stored, "/status/parents"))
      if (text_at(parent, "/controllerName") != text_at(status["parents"][0], "/controllerName"))
        status["parents"].push_back(parent);
  auto merged = json_at(stored, "/status");
  merged.update(status);
  if (merged == json_at(stored, "/status")) return;
  nlohmann::json metadata{{"name", object.name}};
  if (!object.name_space.empty()) metadata["namespace"] = object.name_space;
  api.apply(
      path + "/status",
      {{"apiVersion", object.api_version}, {"kind", object.kind}, {"metadata", metadata}, {"status", status}},
      stop);
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
