// deploy/gateway/: which routes objects of the Gateway API have, and what is said of what the gateway does
// not do.
#include <gmock/gmock.h>

#include "base/error.h"
#include "base/text.h"
#include "cluster/objects.h"
#include "config/project.h"
#include "deploy/gateway/nginx_config.h"
#include "deploy/gateway/route.h"
#include "support/errors.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kServices = R"(apiVersion: v1
kind: Service
metadata: {name: a}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: b}
spec: {ports: [{port: 81, appProtocol: kubernetes.io/h2c}]}
---
apiVersion: v1
kind: Service
metadata: {name: c, namespace: other}
spec: {ports: [{port: 80}]}
)";

constexpr const char* kGateway = R"(apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw}
spec:
  gatewayClassName: any
  listeners:
  - {name: http, protocol: HTTP, port: 80}
  - {name: wild, protocol: HTTP, port: 8080, hostname: "*.wild.test"}
)";

class GatewayApiTest : public testing::Test {
 protected:
  GatewayApiTest() {
    project_.file = "/p/components.yaml";
    add("services", kServices);
    add("gateways", kGateway);
  }
  void add(const std::string& name, const std::string& manifest) {
    objects_[name] = read_manifest({name + ".yaml", manifest});
    if (std::none_of(project_.components.begin(), project_.components.end(),
                     [&](const Component& component) { return component.name == name; }))
      project_.components.push_back({.name = name});
  }
  /// An HTTPRoute default/r of the Gateway gw; `spec` begins in line 6.
  void add_route(const std::string& spec, const std::string& parent = "{name: gw}",
                 const std::string& kind = "HTTPRoute") {
    add("r", "apiVersion: gateway.networking.k8s.io/v1\nkind: " + kind +
                 "\nmetadata: {name: r}\nspec:\n  parentRefs: [" + parent + "]\n" + spec);
  }
  Reach reach() const {
    return reach_of(
        project_, [&](const Component& c) -> const auto& { return objects_.at(c.name); });
  }
  /// The routes as -dry-run shows them, without where they were written, and what is said of them.
  std::string shown() const {
    const auto found = reach();
    std::string text;
    for (const auto& line : split(describe_reach(found, {"r", "s"}), '\n'))
      if (!line.empty()) text += line.substr(10, line.rfind(" (") - 10) + "\n";
    for (const auto& remark : found.remarks) text += remark + "\n";
    return text;
  }
  std::string error() const {
    return error_of([&] { reach(); }).what();
  }
  nlohmann::json status_of(const std::string& kind) const {
    for (const auto& object : reach().objects)
      if (object.kind == kind) return object.status;
    return nullptr;
  }

  Project project_;
  std::map<std::string, std::vector<Object>> objects_;
};

TEST_F(GatewayApiTest, ARouteIsOnTheHostsThatItSharesWithItsListeners) {
  const std::string rule = "  rules: [{backendRefs: [{name: a, port: 80}]}]\n";
  add_route(rule);
  EXPECT_EQ(shown(),
            "path / to Service default/a, port 80\n"
            "host *.wild.test, path / to Service default/a, port 80\n");
  add_route("  hostnames: [x.wild.test, y.test]\n" + rule);
  EXPECT_EQ(shown(),
            "host x.wild.test, path / to Service default/a, port 80\n"
            "host y.test, path / to Service default/a, port 80\n");
  add_route("  hostnames: [x.wild.test, y.test]\n" + rule, "{name: gw, sectionName: wild}");
  EXPECT_EQ(shown(), "host x.wild.test, path / to Service default/a, port 80\n");
  add_route("  hostnames: ['*.test']\n" + rule, "{name: gw, port: 8080}");
  EXPECT_EQ(shown(), "host *.wild.test, path / to Service default/a, port 80\n");
  add_route("  hostnames: [wild.test]\n" + rule, "{name: gw, sectionName: wild}");
  EXPECT_EQ(
      shown(),
      "warning: r.yaml:5:16: HTTPRoute default/r: spec.parentRefs[0]: no listener of Gateway default/gw "
      "has a hostname of the route: it does not serve the route\n");
}

TEST_F(GatewayApiTest, ListenersWithTls) {
  add("gateways", R"(apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw}
spec:
  gatewayClassName: any
  listeners:
  - {name: http, protocol: HTTP, port: 80}
  - {name: https, protocol: HTTPS, port: 443, hostname: "*.a.test", tls: {certificateRefs: [{name: s}]}}
  - {name: other, protocol: HTTPS, port: 8443, hostname: b.test, tls: {certificateRefs: [{name: s, namespace: other}]}}
  - {name: through, protocol: HTTPS, port: 9443, tls: {mode: Passthrough}}
)");
  const std::string to_a = "backendRefs: [{name: a, port: 80}]}]\n";
  add_route("  hostnames: [x.a.test, c.test]\n  rules: [{" + to_a);
  EXPECT_THAT(
      shown(),
      AllOf(HasSubstr("host c.test, path / to Service default/a, port 80\n"
                      "http and https, host x.a.test, path / to Service default/a, port 80\n"),
            HasSubstr("gateways.yaml:9:"),
            HasSubstr("no ReferenceGrant of namespace other lets Gateways of default use its Secrets: "
                      "the gateway has a self-signed certificate"),
            HasSubstr("gateways.yaml:10:31: Gateway default/gw: spec.listeners[3].protocol: the "
                      "gateway does not pass TLS through")));
  const auto tls = reach().tls;
  ASSERT_EQ(tls.size(), 2u);
  EXPECT_EQ(tls[0].host + " " + tls[0].secret, "**.a.test s");
  EXPECT_EQ(tls[1].host + " " + tls[1].secret, "b.test ");
  add_route(
      "  hostnames: [x.a.test]\n  rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: "
      "https, "
      "port: 443}}]}]\n",
      "{name: gw, sectionName: http}");
  EXPECT_THAT(shown(), HasSubstr("host x.a.test, path / to a redirect (302)\n"));
  EXPECT_EQ(reach().routes.at(0).filters.redirect->port, 0) << "a listener's port is that of the machine";
}

TEST_F(GatewayApiTest, WhatAMatchAsksFor) {
  add_route(R"(  hostnames: [a.test]
  rules:
  - matches:
    - {path: {type: Exact, value: /one%20two}}
    - {path: {value: /three/}, method: POST, headers: [{name: X-Id, value: a.b}], queryParams: [{name: q, value: "1"}]}
    - {path: {type: RegularExpression, value: "/[0-9]+"}, headers: [{type: RegularExpression, name: env, value: "a|b"}]}
    backendRefs: [{name: a, port: 80}]
)");
  EXPECT_EQ(
      shown(),
      "host a.test, path /one two (exact) to Service default/a, port 80\n"
      "host a.test, path /three, method POST, header X-Id a.b, query q 1 to Service default/a, port 80\n"
      "host a.test, path /[0-9]+ (regular expression), header env like a|b to Service default/a, port "
      "80\n");
}

TEST_F(GatewayApiTest, Weights) {
  add_route(
      "  hostnames: [a.test]\n  rules: [{backendRefs: [{name: a, port: 80, weight: 9}, {name: b, port: "
      "81}]}]\n");
  EXPECT_EQ(shown(),
            "host a.test, path / to Service default/a, port 80, 9 of 10\n"
            "host a.test, path / to Service default/b, port 81, 1 of 10\n");
  EXPECT_TRUE(reach().routes.at(1).to.is_http2);
}

TEST_F(GatewayApiTest, Filters) {
  add_route(R"(  hostnames: [a.test]
  rules:
  - matches: [{path: {value: /a}}]
    timeouts: {request: 10s, backendRequest: 1500ms}
    filters:
    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}], add: [{name: c, value: d}], remove: [e]}}
    - {type: URLRewrite, urlRewrite: {hostname: b.test, path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}}}
    - {type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}}}
    backendRefs: [{name: a, port: 80, filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {remove: [f]}}]}]
  - filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]
)");
  const auto routes = reach().routes;
  ASSERT_EQ(routes.size(), 2u);
  const Filters expected{.request = {{{"a", "b"}}, {{"c", "d"}}, {"e"}},
                         .response = {{}, {}, {"f"}},
                         .host = "b.test",
                         .path = PathChange{true, "/x"},
                         .mirrors = {"a.default.svc.cluster.local:80"},
                         .timeout_ms = 1500};
  EXPECT_EQ(routes[0].filters, expected);
  EXPECT_EQ(routes[1].filters.redirect, (Redirect{.status = 301, .scheme = "https"}));
  EXPECT_THAT(shown(), HasSubstr("host a.test, path / to a redirect (301)"));
}

TEST_F(GatewayApiTest, WhatTheGatewayDoesNotDoIsSaidAndIsA500) {
  add_route(R"(  hostnames: [a.test]
  rules:
  - matches: [{path: {value: /f}}]
    filters: [{type: ExtensionRef, extensionRef: {group: g, kind: k, name: n}}]
    backendRefs: [{name: a, port: 80}]
  - matches: [{path: {value: /r}}]
    retry: {attempts: 3}
    backendRefs: [{name: a, port: 90}]
  - matches: [{path: {value: /k}}]
    backendRefs: [{group: g, kind: Bucket, name: n}]
)");
  EXPECT_THAT(
      shown(),
      AllOf(
          HasSubstr("host a.test, path /f to nothing: 500"),
          HasSubstr("host a.test, path /r to nothing: 500"),
          HasSubstr("warning: r.yaml:9:22: HTTPRoute default/r: spec.rules[0].filters[0].type: the gateway "
                    "has no filter ExtensionRef: requests get a 500"),
          HasSubstr("spec.rules[1].retry: the gateway does not do this"),
          HasSubstr("spec.rules[1].backendRefs[0]: Service default/a has no port 90 for TCP; it has 80: its "
                    "requests get a 500"),
          HasSubstr("spec.rules[2].backendRefs[0]: the gateway serves only Services, not a Bucket")));
  EXPECT_EQ(text_at(status_of("HTTPRoute"), "/parents/0/conditions/1/reason"), "InvalidKind");
  add("t", "apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: TCPRoute\nmetadata: {name: t}\n");
  EXPECT_THAT(shown(), HasSubstr("TCPRoute default/t: kind: the gateway does not serve a TCPRoute"));
}

TEST_F(GatewayApiTest, ValuesThatCannotBeMeant) {
  const auto with = [&](const std::string& rule) {
    add_route("  rules: [{" + rule + ", backendRefs: [{name: a, port: 80}]}]\n");
    return error();
  };
  EXPECT_EQ(with("matches: [{path: {value: x}}]"),
            "r.yaml:6:37: HTTPRoute default/r: spec.rules[0].matches[0].path.value \"x\" must begin with /");
  EXPECT_THAT(with("matches: [{path: {type: RegularExpression, value: '/a('}}]"),
              HasSubstr("\"/a(\" is not a regular expression: missing )"));
  EXPECT_THAT(with("timeouts: {request: soon}"), HasSubstr("\"soon\" must be a duration such as 10s"));
  EXPECT_THAT(with("filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: "
                   "'/a b'}}}]"),
              HasSubstr("\"/a b\" must be a path that begins with /"));
}

TEST_F(GatewayApiTest, WhichGatewaysAreServed) {
  const std::string rule = "  rules: [{backendRefs: [{name: a, port: 80}]}]\n";
  add_route(rule);
  const std::string role =
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: c}\nrules: [{apiGroups: "
      "[gateway.networking.k8s.io], resources: [httproutes, ";
  add("controller", role + "gateways], verbs: [get, update]}]\n");
  EXPECT_THAT(shown(), HasSubstr("path / to Service")) << "one that only looks at Gateways";
  add("controller", role + "gateways/status], verbs: [update]}]\n");
  EXPECT_EQ(shown(), "") << "the project has a controller";
  EXPECT_THAT(reach().objects, IsEmpty());
  objects_["gateways"][0].body["spec"]["gatewayClassName"] = "harness";
  EXPECT_THAT(shown(), HasSubstr("path / to Service"));
}

TEST_F(GatewayApiTest, AGatewayThatNoManifestHas) {
  const std::string rule = "  hostnames: [a.test]\n  rules: [{backendRefs: [{name: a, port: 80}]}]\n";
  add_route(rule, "{name: gv}");
  EXPECT_EQ(
      shown(),
      "warning: r.yaml:5:16: HTTPRoute default/r: spec.parentRefs[0]: no manifest has a Gateway default/gv "
      "(did you mean gw?): it does not serve the route\n");
  add("gateways", "");
  EXPECT_EQ(
      shown(),
      "host a.test, path / to Service default/a, port 80\n"
      "warning: r.yaml:5:16: HTTPRoute default/r: spec.parentRefs[0]: no manifest has a Gateway default/gv: "
      "the gateway serves the route as one for HTTP and any host would\n");
  add("r", "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec: {}\n");
  EXPECT_EQ(shown(),
            "warning: r.yaml:4:7: HTTPRoute default/r: spec: it has no parentRefs: no Gateway serves it\n");
}

TEST_F(GatewayApiTest, NamespacesThatAListenerAllows) {
  const auto route = [&] {
    add("r",
        "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: "
        "other}\nspec: "
        "{parentRefs: [{name: gw, namespace: default}], rules: [{backendRefs: [{name: c, port: 80}]}]}\n");
    return shown();
  };
  EXPECT_THAT(route(), HasSubstr("no listener of Gateway default/gw allows HTTPRoutes of namespace other"));
  auto& allowed = objects_["gateways"][0].body["spec"]["listeners"][0]["allowedRoutes"];
  allowed = {{"namespaces", {{"from", "All"}}}};
  EXPECT_EQ(route(), "path / to Service other/c, port 80\n");
  allowed = {
      {"namespaces",
       {{"from", "Selector"}, {"selector", {{"matchLabels", {{"kubernetes.io/metadata.name", "other"}}}}}}}};
  EXPECT_EQ(route(), "path / to Service other/c, port 80\n");
  allowed["namespaces"]["selector"] = {{"matchLabels", {{"shared", "yes"}}}};
  EXPECT_THAT(route(), HasSubstr("allows HTTPRoutes"));
  add("ns", "apiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {shared: 'yes'}}\n");
  EXPECT_EQ(route(), "path / to Service other/c, port 80\n");
  allowed["kinds"] = {{{"kind", "GRPCRoute"}}};
  EXPECT_THAT(route(), HasSubstr("allows HTTPRoutes"));
}

TEST_F(GatewayApiTest, AServiceOfAnotherNamespaceNeedsAGrant) {
  add_route("  hostnames: [a.test]\n  rules: [{backendRefs: [{name: c, namespace: other, port: 80}]}]\n");
  EXPECT_THAT(shown(), HasSubstr("no ReferenceGrant of namespace other lets HTTPRoutes of default use its "
                                 "Services: its requests get a 500"));
  add("grant",
      "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\nmetadata: {name: g, namespace: "
      "other}\nspec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}], to: "
      "[{group: '', kind: Service}]}\n");
  EXPECT_EQ(shown(), "host a.test, path / to Service other/c, port 80\n");
}

TEST_F(GatewayApiTest, CallsOfGrpc) {
  add_route(R"(  hostnames: [a.test]
  rules:
  - matches: [{method: {service: pkg.Echo, method: Say}}, {method: {service: pkg.Echo}}, {method: {method: Say}}]
    backendRefs: [{name: a, port: 80}]
)",
            "{name: gw}", "GRPCRoute");
  EXPECT_EQ(shown(),
            "host a.test, path /pkg.Echo/Say (exact) to Service default/a, port 80\n"
            "host a.test, path /pkg.Echo to Service default/a, port 80\n"
            "host a.test, path /[^/]+/Say (regular expression) to Service default/a, port 80\n");
  EXPECT_TRUE(reach().routes.at(0).to.is_http2);
}

TEST_F(GatewayApiTest, OfEqualsTheFirstByNameHasTheRequests) {
  const std::string spec =
      "spec: {parentRefs: [{name: gw}], hostnames: [a.test], rules: [{backendRefs: [{name: a, port: "
      "80}]}]}\n";
  const std::string head = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: ";
  add("s", head + "s}\n" + spec);
  add("r", head + "r}\n" + spec);
  EXPECT_THAT(shown(),
              HasSubstr("warning: r.yaml:1:1: HTTPRoute default/r and s.yaml:1:1: HTTPRoute default/s both "
                        "claim host a.test, path / at the gateway: the first one has it, by its name"));
  EXPECT_EQ(reach().routes.at(0).component, "r");
  project_.components.push_back(
      {.name = "web", .expose = {{.path = "/", .host = "a.test", .service = "a", .at = {1, 1}}}});
  objects_["web"] = {};
  EXPECT_THAT(error(), HasSubstr("both claim host a.test, path / at the gateway"));
}

TEST_F(GatewayApiTest, StatusesAreThoseOfAController) {
  add_route("  hostnames: [a.test]\n  rules: [{backendRefs: [{name: a, port: 80}]}]\n");
  const auto route = status_of("HTTPRoute"), gateway = status_of("Gateway");
  EXPECT_EQ(text_at(route, "/parents/0/parentRef/name"), "gw");
  EXPECT_EQ(text_at(route, "/parents/0/controllerName"), "harness/gateway");
  EXPECT_EQ(text_at(route, "/parents/0/conditions/0/status"), "True");
  EXPECT_EQ(text_at(gateway, "/addresses/0/value"), "localhost");
  EXPECT_TRUE(has_condition({{"status", gateway}}, "Programmed"));
  EXPECT_EQ(number_at(gateway, "/listeners/0/attachedRoutes"), 1);
  EXPECT_EQ(number_at(gateway, "/listeners/1/attachedRoutes", -1), 0);
  add("class",
      "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: any}\nspec: "
      "{controllerName: example.com/c}\n");
  EXPECT_EQ(text_at(status_of("HTTPRoute"), "/parents/0/controllerName"), "example.com/c");
  EXPECT_TRUE(has_condition({{"status", status_of("GatewayClass")}}, "Accepted"));
}

}  // namespace
}  // namespace harness
