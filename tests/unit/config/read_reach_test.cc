// config/read_reach.cc: ways to components, and the nodes of a cluster.
#include "config/read_reach.h"

#include <gmock/gmock.h>

#include "support/errors.h"
#include "support/files.h"

namespace harness {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ReadReachTest : public testing::Test {
 protected:
  ReadReachTest() { files_.write("m.yaml", ""); }
  Project project(const std::string& yaml) { return load_project(files_.write("components.yaml", yaml)); }
  Component component(const std::string& keys) {
    return project("components: {web: {manifest: m.yaml, " + keys + "}}\n").components[0];
  }
  std::string problems(const std::string& yaml) {
    return error_of([&] { project(yaml); }).what();
  }
  std::string problems_of(const std::string& keys) {
    return problems("components:\n  web: {manifest: m.yaml, " + keys + "}\n");
  }
  TempProject files_;
};

TEST_F(ReadReachTest, APathOrAListOfWays) {
  EXPECT_EQ(component("expose: /web").expose.at(0).path, "/web");
  const auto ways = component(
                        "expose: [/a, {path: /b, host: '*.b.test', strip: false, service: b, port: http}, "
                        "{path: /, host: c.test, port: 8080}]")
                        .expose;
  ASSERT_EQ(ways.size(), 3u);
  EXPECT_TRUE(ways[0].path == "/a" && ways[0].strip && ways[0].host.empty());
  EXPECT_EQ(ways[1].host + ways[1].path + " " + ways[1].service + " " + ways[1].port, "*.b.test/b b http");
  EXPECT_FALSE(ways[1].strip);
  EXPECT_EQ(ways[2].port, "8080");
}

TEST_F(ReadReachTest, WhereAComponentsOwnPathsAre) {
  EXPECT_EQ(component("expose: /web").url_path(), "/web");
  EXPECT_EQ(component("expose: /").url_path(), "");
  EXPECT_EQ(component("expose: [{path: /x, strip: false}, {path: /y, host: y.test}, /z]").url_path(), "/z");
  EXPECT_EQ(component("expose: {path: /x, strip: false}").url_path(), std::nullopt);
  EXPECT_EQ(component("timeout: 5s").url_path(), std::nullopt);
}

TEST_F(ReadReachTest, WhatIsWrongWithAWay) {
  EXPECT_THAT(
      problems_of("expose: [a, {host: x.test}]"),
      AllOf(HasSubstr("components.yaml:2:36: component \"web\": \"expose\" must be a path such as /web"),
            HasSubstr("components.yaml:2:39: component \"web\": expose: \"path\" is missing")));
  EXPECT_THAT(
      problems_of("expose: [{path: /a, host: 'A.test:80', service: a/b, port: 70000, stripp: true}]"),
      AllOf(HasSubstr(":2:53: component \"web\": expose: the host \"A.test:80\" must be a name such as "
                      "web.example.test, or *.example.test, without a port"),
            HasSubstr(":2:75: component \"web\": \"a/b\" is not the name of a Service"),
            HasSubstr("the port \"70000\" must be the name or the number of a port of the Service"),
            HasSubstr("unknown key \"stripp\" (did you mean \"strip\"?)")));
  EXPECT_THAT(problems_of("expose: [/a, {path: /a, host: x.test}, /a]"),
              HasSubstr(":2:66: component \"web\": /a is listed twice"));
  EXPECT_THAT(problems_of("expose: [[x]]"), HasSubstr("expose must be a mapping of names"));
  EXPECT_THAT(problems_of("expose: {}"), HasSubstr("expose: \"path\" is missing"));
  EXPECT_THAT(problems("components:\n  a: {manifest: m.yaml, expose: {path: /x, host: a.test}}\n"
                       "  b: {manifest: m.yaml, expose: {path: /x, host: a.test}}\n"),
              HasSubstr("components.yaml:3:40: component \"b\": a.test/x is taken by component \"a\""));
}

TEST_F(ReadReachTest, PortsOfThisMachine) {
  const auto ports =
      component("ports: [32000, {port: 53, service: dns, target: udp-dns, protocol: UDP}]").ports;
  ASSERT_EQ(ports.size(), 2u);
  EXPECT_TRUE(ports[0].port == 32000 && !ports[0].is_udp && ports[0].service.empty());
  EXPECT_TRUE(ports[1].port == 53 && ports[1].is_udp);
  EXPECT_EQ(ports[1].service + " " + ports[1].target, "dns udp-dns");
  EXPECT_EQ(component("ports: 5432").ports.at(0).port, 5432);
}

TEST_F(ReadReachTest, WhatIsWrongWithAPort) {
  EXPECT_THAT(
      problems_of("ports: [0, 70000, http, {service: x}, {port: 1, protocol: SCTP, target: A}]"),
      AllOf(HasSubstr("ports: \"0\" must be a number from 1 to 65535, such as 5432"),
            HasSubstr("ports: \"70000\" must be"), HasSubstr("ports: \"http\" must be"),
            HasSubstr("ports: \"port\" is missing"), HasSubstr("ports: the protocol must be TCP or UDP"),
            HasSubstr("ports: the target \"A\" must be")));
  EXPECT_THAT(problems_of("ports: [6443]"),
              HasSubstr("ports: 6443 is the API server's on each node; choose another port"));
  EXPECT_THAT(problems_of("ports: [5432, 5432]"), HasSubstr("port 5432 is listed twice"));
  EXPECT_EQ(component("ports: [53, {port: 53, protocol: UDP}]").ports.size(), 2u);
  EXPECT_THAT(
      problems("components:\n  a: {manifest: m.yaml, ports: 9000}\n  b: {manifest: m.yaml, ports: 9000}\n"),
      HasSubstr("components.yaml:3:32: component \"b\": port 9000 is taken by component \"a\""));
}

TEST_F(ReadReachTest, TheGatewaysPort) {
  EXPECT_EQ(project("gateway: {port: 80}\n").gateway_port, 80);
  EXPECT_EQ(project("registry: localhost:5001\n").gateway_port, 0);
  EXPECT_THAT(problems("gateway: {port: http}\n"),
              HasSubstr("components.yaml:1:17: gateway: the port \"http\""));
  EXPECT_THAT(problems("gateway: 80\n"), HasSubstr("gateway must be a mapping"));
  EXPECT_THAT(problems("gateway: {}\n"), HasSubstr("gateway: \"port\" is missing"));
}

TEST_F(ReadReachTest, TheNodes) {
  const auto of = [&](const std::string& yaml) { return project(yaml).topology; };
  EXPECT_EQ(of("registry: localhost:5001\n").nodes, 0);
  EXPECT_EQ(of("nodes: 3\n").nodes, 3);
  EXPECT_EQ(of("nodes: 3\n").control_planes, 1);
  EXPECT_EQ(of("control-planes: 3\n").nodes, 3);
  EXPECT_EQ(of("zones: [a, b]\n").nodes, 2);
  EXPECT_THAT(of("nodes: 4\nzones: [a, b]\n").zones, testing::ElementsAre("a", "b"));
  EXPECT_THAT(
      problems("nodes: 2\ncontrol-planes: 3\n"),
      HasSubstr("components.yaml:1:8: nodes: 2 are fewer than the 3 control planes, which are nodes, too"));
  EXPECT_THAT(problems("nodes: 2\nzones: [a, b, c]\n"), HasSubstr("nodes: 2 are fewer than the 3 zones"));
  EXPECT_THAT(problems("nodes: 0\n"), HasSubstr("must be a whole number of at least 1"));
  EXPECT_THAT(problems("nodes: 300\n"),
              HasSubstr("nodes: 300 are more than one machine can carry; at most 20"));
  EXPECT_THAT(problems("zones: ['a b']\n"), HasSubstr("zones: \"a b\" cannot be the value of a label"));
}

}  // namespace
}  // namespace harness
