// deploy/gateway/: which routes a project's components and Ingress objects have.
#include <gmock/gmock.h>

#include "base/error.h"
#include "base/text.h"
#include "config/project.h"
#include "deploy/gateway/route.h"
#include "support/errors.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kWeb = R"(apiVersion: v1
kind: Service
metadata: {name: headless}
spec: {clusterIP: None, ports: [{port: 80, targetPort: web}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: ci}
spec:
  ports:
  - {name: dns, port: 53, protocol: UDP}
  - {name: http, port: 8080, nodePort: 32000}
  - {name: rpc, port: 9090, appProtocol: kubernetes.io/h2c}
  selector: {app: web}
---
apiVersion: v1
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: example.com, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ci}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: []}}}
)";

class ReachTest : public testing::Test {
 protected:
  ReachTest() {
    project_.file = "/p/components.yaml";
    add("web", kWeb);
  }
  Component& add(const std::string& name, const std::string& manifest) {
    objects_[name] = read_manifest({name + ".yaml", manifest});
    project_.components.push_back({.name = name, .at = {3, 5}});
    return project_.components.back();
  }
  Reach reach() const {
    return reach_of(
        project_, [&](const Component& c) -> const auto& { return objects_.at(c.name); });
  }
  std::string error() const {
    return error_of([&] { reach(); }).what();
  }
  /// The routes that an Ingress of namespace ci has, as -dry-run shows them, and what is said of it.
  std::string ingress(const std::string& metadata, const std::string& spec) {
    objects_["in"] = read_manifest(
        {"in.yaml", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: in, namespace: ci" +
                        metadata + "}\nspec:\n" + spec});
    if (project_.components.size() == 1) project_.components.push_back({.name = "in"});
    const auto found = reach();
    std::string text = describe_reach(found, {"in"});
    for (const auto& remark : found.remarks) text += remark + "\n";
    return text;
  }

  Project project_;
  std::map<std::string, std::vector<Object>> objects_;
};

constexpr const char* kBackend = "backend: {service: {name: web, port: {name: http}}}";

TEST_F(ReachTest, AComponentsFirstServiceThatTheGatewayCanServe) {
  project_.components[0].expose = {{.path = "/web"}};
  const auto routes = reach().routes;
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].to.address(), "web.ci.svc.cluster.local:8080") << "not the headless one, nor UDP";
  EXPECT_TRUE(routes[0].strip && routes[0].on_every_host);
}

TEST_F(ReachTest, APortByNameOrNumber) {
  project_.components[0].expose = {{.path = "/a", .service = "web", .port = "rpc"},
                                   {.path = "/b", .port = "8080"}};
  const auto routes = reach().routes;
  ASSERT_EQ(routes.size(), 2u);
  EXPECT_TRUE(routes[0].to.port == 9090 && routes[0].to.is_http2);
  EXPECT_TRUE(routes[1].to.port == 8080 && !routes[1].to.is_http2);
}

TEST_F(ReachTest, WhatCannotBeExposedIsNamed) {
  auto& expose = project_.components[0].expose;
  expose = {{.path = "/a", .service = "headless", .at = {4, 9}}};
  EXPECT_THAT(error(), AllOf(HasSubstr("components.yaml:4:9: component \"web\": the gateway cannot serve /a: "
                                       "Service default/headless is headless (clusterIP: None), and its "
                                       "targetPort web is a name"),
                             HasSubstr("write the number there")));
  expose[0].service = "outside";
  EXPECT_THAT(error(), HasSubstr("Service default/outside is an ExternalName"));
  expose[0].service = "weg";
  EXPECT_THAT(error(), HasSubstr("no manifest has a Service \"weg\" (did you mean \"web\"?)"));
  expose[0] = {.path = "/a", .service = "web", .port = "grpc"};
  EXPECT_THAT(error(), HasSubstr("Service ci/web has no port grpc for TCP; it has http (8080), rpc (9090)"));
  add("plain", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").expose = {
      {.path = "/p", .at = {7, 3}}};
  project_.components[0].expose.clear();
  EXPECT_EQ(error(), "components.yaml:7:3: component \"plain\" has expose:, but no Service with a port");
}

TEST_F(ReachTest, AHeadlessServiceWhosePodsPortIsKnown) {
  add("db",
      "apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {clusterIP: None, ports: [{port: 80, "
      "targetPort: 8080}]}\n")
      .expose = {{.path = "/db"}};
  EXPECT_EQ(reach().routes.at(0).to.address(), "db.default.svc.cluster.local:8080");
}

TEST_F(ReachTest, PortsOfThisMachine) {
  project_.components[0].ports = {{.port = 32000},
                                  {.port = 9090},
                                  {.port = 5353, .service = "web", .target = "dns", .is_udp = true},
                                  {.port = 53, .is_udp = true}};
  const auto streams = reach().streams;
  ASSERT_EQ(streams.size(), 4u);
  EXPECT_TRUE(streams[0].is_node_port && !streams[1].is_node_port);
  EXPECT_EQ(streams[1].to.port, 9090);
  EXPECT_TRUE(streams[2].to.port == 53 && streams[2].is_udp);
  EXPECT_EQ(streams[3].to.port, 53);
  project_.components[0].ports = {{.port = 5432, .at = {9, 2}}};
  EXPECT_EQ(error(),
            "components.yaml:9:2: component \"web\": ports: no Service of it has port or nodePort 5432 "
            "for TCP");
  project_.components[0].ports[0].service = "web";
  EXPECT_THAT(error(),
              HasSubstr("ports: 5432 leads nowhere: Service ci/web has no port 5432 for TCP; it has"));
  project_.components[0].ports[0].target = "http";
  EXPECT_EQ(reach().streams.at(0).to.port, 8080);
}

TEST_F(ReachTest, AnIngressHasRoutes) {
  const auto text = ingress("", std::string("  rules:\n"
                                            "  - host: a.test\n"
                                            "    http:\n"
                                            "      paths:\n"
                                            "      - {path: /x/, pathType: Prefix, ") +
                                    kBackend +
                                    "}\n"
                                    "      - {path: /y, pathType: Exact, " +
                                    kBackend +
                                    "}\n"
                                    "  - http: {paths: [{pathType: ImplementationSpecific, " +
                                    kBackend +
                                    "}]}\n"
                                    "  defaultBackend: {service: {name: web, port: {number: 9090}}}\n");
  EXPECT_EQ(
      text,
      "route     host a.test, path /x to Service ci/web, port 8080 (in.yaml:1:1: Ingress ci/in)\n"
      "route     host a.test, path /y (exact) to Service ci/web, port 8080 (in.yaml:1:1: Ingress ci/in)\n"
      "route     path / to Service ci/web, port 8080 (in.yaml:1:1: Ingress ci/in)\n"
      "route     the default backend to Service ci/web, port 9090 (in.yaml:1:1: Ingress ci/in)\n"
      "route     host a.test, the default backend to Service ci/web, port 9090 (in.yaml:1:1: Ingress "
      "ci/in)\n");
  EXPECT_EQ(reach().ingresses.size(), 1u);
  EXPECT_FALSE(reach().routes[0].is_exposed) << "it is not waited for";
}

TEST_F(ReachTest, AnnotationsOfIngressNginx) {
  const auto rule =
      std::string("  rules: [{http: {paths: [{path: /w(/|$)(.*), pathType: Prefix, ") + kBackend + "}]}}]\n";
  const auto with = [&](const std::string& annotations) {
    return ingress(", annotations: {" + annotations + "}", rule);
  };
  EXPECT_EQ(
      with("nginx.ingress.kubernetes.io/rewrite-target: /$2, nginx.ingress.kubernetes.io/ssl-redirect: "
           "'true'"),
      "route     path /w(/|$)(.*) (regular expression) as /$2 to Service ci/web, port 8080 (in.yaml:1:1: "
      "Ingress ci/in)\n");
  with(
      "nginx.ingress.kubernetes.io/use-regex: 'true', nginx.ingress.kubernetes.io/proxy-body-size: 8m, "
      "nginx.ingress.kubernetes.io/proxy-read-timeout: '60', nginx.ingress.kubernetes.io/backend-protocol: "
      "GRPC");
  const auto route = reach().routes.at(0);
  EXPECT_EQ(route.match, Route::Match::regex);
  EXPECT_TRUE(route.to.is_http2);
  EXPECT_EQ(route.settings.at("client_max_body_size"), "8m");
  EXPECT_EQ(route.settings.at("grpc_read_timeout"), "60s");
  EXPECT_THAT(
      with("nginx.ingress.kubernetes.io/auth-url: x, traefik.ingress.kubernetes.io/y: z, app: web"),
      AllOf(HasSubstr("warning: in.yaml:3:"),
            HasSubstr("Ingress ci/in: annotation nginx.ingress.kubernetes.io/auth-url: the gateway does "
                      "not do this (x)"),
            HasSubstr("annotation traefik.ingress.kubernetes.io/y: it belongs to another ingress controller"),
            HasSubstr("\"/w(/|$)(.*)\" is taken literally")));
}

TEST_F(ReachTest, ValuesThatCannotBeMeant) {
  const auto with = [&](const std::string& annotation, const std::string& path) {
    return std::string(error_of([&] {
                         ingress(", annotations: {" + annotation + "}", "  rules: [{http: {paths: [{path: '" +
                                                                            path + "', pathType: Prefix, " +
                                                                            kBackend + "}]}}]\n");
                       }).what());
  };
  EXPECT_EQ((with("nginx.ingress.kubernetes.io/rewrite-target: /$uri", "/a")),
            "in.yaml:3:95: annotation nginx.ingress.kubernetes.io/rewrite-target must be a path, with $1, $2 "
            ".. for "
            "groups of the path's regular expression, not \"/$uri\"");
  EXPECT_THAT(with("nginx.ingress.kubernetes.io/proxy-body-size: lots", "/a"),
              HasSubstr("a size such as 8m"));
  EXPECT_THAT(with("nginx.ingress.kubernetes.io/use-regex: 'true'", "/a("),
              HasSubstr("spec.rules[0].http.paths[0].path \"/a(\" is not a regular expression: missing )"));
  EXPECT_THAT(
      with("a: b", "x"),
      HasSubstr("in.yaml:5:34: Ingress ci/in: spec.rules[0].http.paths[0].path \"x\" must begin with /"));
}

TEST_F(ReachTest, WhatTheGatewayDoesNotDoIsSaid) {
  EXPECT_THAT(
      ingress("",
              "  defaultBackend: {resource: {kind: Bucket, "
              "name: b}}\n"),
      AllOf(HasSubstr("spec.defaultBackend: the gateway serves only Services: its requests get a 503"),
            HasSubstr("the default backend to nothing: 503")));
  EXPECT_THAT(ingress("", "  defaultBackend: {service: {name: none, port: {name: http}}}\n"),
              HasSubstr("no manifest has Service ci/none, so the number of port \"http\" is not known"));
  EXPECT_THAT(ingress("", "  defaultBackend: {service: {name: none, port: {number: 80}}}\n"),
              HasSubstr("to Service ci/none, port 80"))
      << "an operator may make it";
  EXPECT_THAT(ingress("", "  defaultBackend: {service: {name: web, port: {number: 81}}}\n"),
              HasSubstr("spec.defaultBackend: Service ci/web has no port 81 for TCP; it has http (8080), rpc "
                        "(9090): its requests get a 503"));
}

TEST_F(ReachTest, HostsOfTlsAreServedByHttps) {
  const auto rule = [](const std::string& host) {
    return "  - {host: " + host + ", http: {paths: [{path: /, pathType: Prefix, " + kBackend + "}]}}\n";
  };
  const auto rules = "  rules:\n" + rule("a.test") + rule("b.test");
  const auto with = [&](const std::string& annotation, const std::string& tls) {
    std::string text;
    for (const auto& line : split(ingress(annotation, tls + rules), '\n'))
      if (!line.empty()) text += line.substr(10, line.find(" (in.yaml") - 10) + "\n";
    return text;
  };
  project_.components[0].expose = {{.path = "/web"}};
  EXPECT_EQ(with("", "  tls: [{hosts: [a.test], secretName: s}]\n"),
            "http and https, host a.test, path / to Service ci/web, port 8080\n"
            "host b.test, path / to Service ci/web, port 8080\n");
  ASSERT_EQ(reach().tls.size(), 1u);
  EXPECT_EQ(reach().tls[0].secret, "s");
  EXPECT_TRUE(reach().routes.at(0).is_exposed && reach().routes[0].over_https) << "as on any host";
  EXPECT_EQ(with("", "  tls: [{secretName: s}]\n"),
            "http and https, host a.test, path / to Service ci/web, port 8080\n"
            "http and https, host b.test, path / to Service ci/web, port 8080\n");
  EXPECT_EQ(with(", annotations: {nginx.ingress.kubernetes.io/ssl-redirect: 'true'}",
                 "  tls: [{hosts: [b.test], secretName: s}]\n"),
            "host a.test, path / to Service ci/web, port 8080\n"
            "host b.test, path / to a redirect (308)\n"
            "https, host b.test, path / to Service ci/web, port 8080\n");
}

TEST_F(ReachTest, WhichClassesCount) {
  const std::string spec = "  defaultBackend: {service: {name: web, port: {number: 8080}}}\n";
  EXPECT_THAT(ingress("", spec + "  ingressClassName: nginx\n"), HasSubstr("route "));
  EXPECT_THAT(ingress("", spec + "  ingressClassName: harness\n"), HasSubstr("route "));
  EXPECT_THAT(ingress(", annotations: {kubernetes.io/ingress.class: nginx}", spec), HasSubstr("route "));
  EXPECT_EQ(
      ingress("", spec + "  ingressClassName: traefik\n"),
      "warning: in.yaml:6:21: Ingress ci/in: spec.ingressClassName: nothing serves the class \"traefik\": "
      "the gateway serves harness and nginx, and no manifest has an IngressClass of this name\n");
  const std::string own = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: nginx";
  add("controller", own + "}\nspec: {controller: k8s.io/ingress-nginx}\n");
  EXPECT_EQ(ingress("", spec + "  ingressClassName: nginx\n"), "") << "the project brings what serves it";
  EXPECT_THAT(ingress("", spec), HasSubstr("route "));
  objects_["controller"] = read_manifest(
      {"c.yaml",
       own + ", annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}\nspec: {controller: "
             "x/y}\n"});
  EXPECT_EQ(ingress("", spec), "");
}

TEST_F(ReachTest, TwoThatClaimOnePathAreNamed) {
  const auto rule = [&](const std::string& path) {
    return "  rules: [{http: {paths: [{path: " + path + ", pathType: Prefix, " + kBackend + "}]}}]\n";
  };
  project_.components[0].expose = {{.path = "/web"}};
  EXPECT_EQ(
      error_of([&] { ingress("", rule("/web/")); }).what(),
      std::string("component \"web\" and in.yaml:1:1: Ingress ci/in both claim path /web at the gateway"));
  EXPECT_THAT(ingress("", rule("/other")), HasSubstr("path /other"));
  const auto twice = std::string("  rules: [{http: {paths: [{path: /a, pathType: Prefix, ") + kBackend +
                     "}, {path: /a, pathType: Prefix, " + kBackend + "}]}}]\n";
  ingress("", twice);
  EXPECT_EQ(reach().routes.size(), 2u) << "the same words twice are one route";
}

}  // namespace
}  // namespace harness
