#include "deploy/gateway/ingress.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <set>

#include "base/error.h"
#include "base/text.h"
#include "cluster/objects.h"
#include "deploy/gateway/ingress_annotations.h"
#include "deploy/gateway/nginx_words.h"
#include "deploy/gateway/places.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr const char* kGroup = "networking.k8s.io";
/// The gateway's own name, and that of the controller whose annotations it reads.
const std::set<std::string> kClasses{"harness", "nginx"};
constexpr const char* kClassAnnotation = "kubernetes.io/ingress.class";
constexpr const char* kDefaultClass = "ingressclass.kubernetes.io/is-default-class";

/// The IngressClasses that manifests have: what serves those is the project's.
struct Classes {
  std::set<std::string> names;
  bool has_default = false;
};

Classes classes_of(const Project& project, const ObjectsOf& objects_of) {
  Classes classes;
  for (const auto& component : project.components)
    for (const auto& object : objects_of(component)) {
      if (type_of(object.api_version, object.kind) != GroupKind{kGroup, "IngressClass"}) continue;
      classes.names.insert(object.name);
      const auto annotations = json_at(object.body, "/metadata/annotations");
      if (annotations.is_object() && annotations.value(kDefaultClass, "") == "true")
        classes.has_default = true;
    }
  return classes;
}

constexpr const char* kHost = R"((\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*)";

class IngressReader {
 public:
  IngressReader(const std::string& component, const Object& ingress, const Services& services, Reach& reach)
      : component_(component),
        ingress_(ingress),
        services_(services),
        reach_(reach),
        places_(ingress, reach.remarks) {}

  /// Whether it is the gateway's.
  bool counts(const Classes& classes) {
    auto name = text_at(ingress_.body, "/spec/ingressClassName");
    std::string pointer = "/spec/ingressClassName";
    const auto annotations = json_at(ingress_.body, "/metadata/annotations");
    if (name.empty() && annotations.is_object() && annotations.contains(kClassAnnotation)) {
      name = text_at(annotations, "/kubernetes.io~1ingress.class");
      pointer = "/metadata/annotations/kubernetes.io~1ingress.class";
    }
    if (name.empty()) return !classes.has_default;
    if (classes.names.contains(name)) return false;
    if (!kClasses.contains(name))
      places_.remark(
          pointer,
          fmt::format(
              "nothing serves the class \"{}\": the gateway serves harness and nginx, and no manifest has an "
              "IngressClass of this name",
              name),
          "spec.ingressClassName");
    return kClasses.contains(name);
  }

  /// The hosts that have a certificate; an entry without hosts is for all of the Ingress.
  void read_tls() {
    const auto& entries = list_at(ingress_.body, "/spec/tls");
    for (size_t i = 0; i < entries.size(); ++i) {
      std::set<std::string> hosts;
      for (const auto& host : list_at(entries[i], "/hosts"))
        if (host.is_string()) hosts.insert(host.get<std::string>());
      if (hosts.empty())
        for (const auto& rule : list_at(ingress_.body, "/spec/rules")) hosts.insert(text_at(rule, "/host"));
      if (hosts.empty()) hosts.insert("");
      for (const auto& host : hosts)
        reach_.tls.push_back({component_, host, ingress_.name_space, text_at(entries[i], "/secretName"),
                              places_.at(fmt::format("/spec/tls/{}", i))});
    }
  }

  void read() {
    settings_ = read_annotations(ingress_, [&](const std::string& annotation, const std::string& text) {
      places_.remark("/metadata/annotations", text, "annotation " + annotation);
    });
    std::set<std::string> hosts;
    const auto& rules = list_at(ingress_.body, "/spec/rules");
    for (size_t i = 0; i < rules.size(); ++i) {
      const auto host = text_at(rules[i], "/host");
      const auto pointer = fmt::format("/spec/rules/{}", i);
      if (!host.empty() && !RE2::FullMatch(host, kHost))
        places_.fail(pointer + "/host", fmt::format("\"{}\" must be a lower-case name, without port", host));
      hosts.insert(host);
      const auto& paths = list_at(rules[i], "/http/paths");
      for (size_t j = 0; j < paths.size(); ++j)
        add(host, paths[j], fmt::format("{}/http/paths/{}", pointer, j));
    }
    if (const auto& backend = json_at(ingress_.body, "/spec/defaultBackend"); backend.is_object()) {
      hosts.insert("");
      for (const auto& host : hosts) {
        auto route = route_to(backend, "/spec/defaultBackend");
        route.host = host;
        route.match = Route::Match::fallback;
        push(std::move(route));
      }
    }
    reach_.ingresses.push_back({component_, ingress_.name_space, ingress_.name});
  }

 private:
  void add(const std::string& host, const Json& path, const std::string& pointer) {
    auto route = route_to(path.value("backend", Json::object()), pointer + "/backend");
    route.host = host;
    route.path = text_at(path, "/path");
    const auto type = text_at(path, "/pathType");
    const bool is_exact = type == "Exact" && !settings_.is_regex;
    if (route.path.empty()) route.path = "/";
    if (route.path[0] != '/')
      places_.fail(pointer + "/path", fmt::format("\"{}\" must begin with /", route.path));
    route.match = settings_.is_regex ? Route::Match::regex
                  : is_exact         ? Route::Match::exact
                                     : Route::Match::prefix;
    route.rewrite = settings_.rewrite;
    if (settings_.is_regex)
      check_pattern(route.path, pointer);
    else if (route.path.find_first_of("*()[]{}|^$+?") != std::string::npos)
      places_.remark(pointer + "/path",
                     fmt::format("\"{}\" is taken literally: nginx.ingress.kubernetes.io/use-regex: \"true\" "
                                 "makes it a regular expression, and a Prefix needs no *",
                                 route.path));
    while (route.match == Route::Match::prefix && route.path.size() > 1 && route.path.back() == '/')
      route.path.pop_back();
    push(std::move(route));
  }

  void push(Route route) {
    route.over_https = tls_of(reach_.tls, route.host) != nullptr;
    if (route.over_https && settings_.redirects_to_https) {
      Route redirect = route;
      redirect.over_https = false;
      redirect.filters.redirect = Redirect{.status = 308, .scheme = "https"};
      reach_.routes.push_back(std::move(redirect));
      route.over_http = false;
    }
    reach_.routes.push_back(std::move(route));
  }

  void check_pattern(const std::string& pattern, const std::string& pointer) {
    if (const auto problem = pattern_problem(pattern); !problem.empty())
      places_.fail(pointer + "/path",
                   fmt::format("\"{}\" is not a regular expression: {}", pattern, problem));
  }

  Route route_to(const Json& backend, const std::string& pointer) {
    Route route{.component = component_,
                .path = "",
                .to = backend_of(backend, pointer),
                .forwarded_prefix = settings_.forwarded_prefix,
                .settings = settings_.settings,
                .claimed_by = places_.at()};
    route.to.is_http2 = route.to.is_http2 || settings_.is_grpc;
    return route;
  }

  Backend backend_of(const Json& backend, const std::string& pointer) {
    Backend to{.service = text_at(backend, "/service/name"), .name_space = ingress_.name_space};
    if (to.service.empty()) {
      places_.remark(pointer, "the gateway serves only Services: its requests get a 503");
      return to;
    }
    const auto name = text_at(backend, "/service/port/name");
    const auto number = static_cast<int>(number_at(backend, "/service/port/number"));
    const auto* service = services_.find(ingress_.name_space, to.service);
    if (!service) {
      to.port = number;  // an operator may make it
      if (number == 0)
        places_.remark(
            pointer,
            fmt::format("no manifest has Service {}/{}, so the number of port \"{}\" is not known: its "
                        "requests get a 503; write port.number",
                        to.name_space, to.service, name));
      return to;
    }
    const auto found = services_.port(*service, number > 0 ? std::to_string(number) : name);
    if (found.problem.empty()) return found.to;
    places_.remark(pointer, found.problem + ": its requests get a 503");
    return to;
  }

  const std::string& component_;
  const Object& ingress_;
  const Services& services_;
  Reach& reach_;
  const Places places_;
  IngressSettings settings_;
};

}  // namespace

void read_ingresses(const Project& project, const ObjectsOf& objects_of, const Services& services,
                    Reach& reach) {
  const auto classes = classes_of(project, objects_of);
  std::vector<IngressReader> readers;
  for (const auto& component : project.components)
    for (const auto& object : objects_of(component)) {
      if (type_of(object.api_version, object.kind) != GroupKind{kGroup, "Ingress"}) continue;
      IngressReader reader(component.name, object, services, reach);
      if (reader.counts(classes)) readers.push_back(std::move(reader));
    }
  for (auto& reader : readers) reader.read_tls();  // a host has its certificate for each Ingress
  for (auto& reader : readers) reader.read();
}

}  // namespace harness
