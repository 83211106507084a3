#include "config/read_reach.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>

namespace harness {

namespace {

constexpr int kMostNodes = 20;
/// What a node listens at by itself: the gateway, kubelet, kube-proxy, etcd and the API
/// (https://kubernetes.io/docs/reference/networking/ports-and-protocols/).
const std::map<int, const char*> kPortsOfNodes{{80, "the gateway"},      {2379, "etcd"},
                                               {2380, "etcd"},           {2381, "etcd"},
                                               {6443, "the API server"}, {10248, "the kubelet"},
                                               {10249, "kube-proxy"},    {10250, "the kubelet"},
                                               {10256, "kube-proxy"},    {10257, "the controller manager"},
                                               {10259, "the scheduler"}};

std::optional<int> port_of(const std::string& text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_port = error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
  return is_port ? std::optional(port) : std::nullopt;
}

/// A name of IANA_SVC_NAME, as ports of Services and containers have it, or a number.
bool is_port_of_service(const std::string& text) {
  static const RE2 name("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  const bool is_number = text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? port_of(text).has_value() : RE2::FullMatch(text, name);
}

bool is_label(const std::string& text) {
  static const RE2 label("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  return RE2::FullMatch(text, label);
}

/// Reads what `expose:` and `ports:` are: one thing, or a list of things.
std::vector<YAML::Node> one_or_several(const YAML::Node& node) {
  if (!node.IsSequence()) return {node};
  return {node.begin(), node.end()};
}

class ReachReader {
 public:
  ReachReader(YamlReader& reader, const std::string& what, const std::string& name)
      : reader_(reader), what_(what), name_(name) {}

  Exposure exposure(const YAML::Node& node) {
    static const RE2 url_path("/(?:[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*)?"),
        dns_name("(?:\\*\\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    Exposure exposure{.at = YamlReader::position(node)};
    if (node.IsScalar()) {
      exposure.path = node.Scalar();
    } else {
      Fields fields(reader_, node, what_ + ": expose", {"path", "host", "strip", "service", "port"});
      if (!node.IsMap()) return exposure;
      fields.require("path");
      exposure.path = fields.text("path");
      exposure.host = fields.text("host");
      exposure.strip = !fields.has("strip") || fields.boolean("strip");
      exposure.service = fields.text("service");
      exposure.port = fields.text("port");
      if (fields.has("path")) exposure.at = fields.at("path");
      if (fields.has("host") && !RE2::FullMatch(exposure.host, dns_name))
        reader_.problem(fields.at("host"),
                        fmt::format("{}: expose: the host \"{}\" must be a name such as {}.example.test, or "
                                    "*.example.test, without a port",
                                    what_, exposure.host, name_));
      check_service(fields, exposure.service);
      if (fields.has("port") && !is_port_of_service(exposure.port))
        reader_.problem(fields.at("port"), fmt::format("{}: expose: the port \"{}\" must be the name or the "
                                                       "number of a port of the Service",
                                                       what_, exposure.port));
      if (!fields.has("path")) return exposure;
    }
    if (!RE2::FullMatch(exposure.path, url_path))
      reader_.problem(exposure.at, fmt::format("{}: \"expose\" must be a path such as /{}", what_, name_));
    return exposure;
  }

  FixedPort port(const YAML::Node& node) {
    FixedPort port{.at = YamlReader::position(node)};
    std::string number;
    if (node.IsScalar()) {
      number = node.Scalar();
    } else {
      Fields fields(reader_, node, what_ + ": ports", {"port", "service", "target", "protocol"});
      if (!node.IsMap()) return port;
      fields.require("port");
      if (!fields.has("port")) return port;
      number = fields.text("port");
      port.at = fields.at("port");
      port.service = fields.text("service");
      port.target = fields.text("target");
      check_service(fields, port.service);
      if (fields.has("target") && !is_port_of_service(port.target))
        reader_.problem(fields.at("target"), fmt::format("{}: ports: the target \"{}\" must be the name or "
                                                         "the number of a port of the Service",
                                                         what_, port.target));
      const auto protocol = fields.text("protocol");
      port.is_udp = protocol == "UDP";
      if (fields.has("protocol") && !port.is_udp && protocol != "TCP")
        reader_.problem(fields.at("protocol"), what_ + ": ports: the protocol must be TCP or UDP");
    }
    port.port = port_of(number).value_or(0);
    if (port.port == 0)
      reader_.problem(port.at, fmt::format("{}: ports: \"{}\" must be a number from 1 to 65535, such as 5432",
                                           what_, number));
    else if (const auto owner = kPortsOfNodes.find(port.port); owner != kPortsOfNodes.end() && !port.is_udp)
      reader_.problem(port.at, fmt::format("{}: ports: {} is {}'s on each node; choose another port", what_,
                                           port.port, owner->second));
    return port;
  }

 private:
  void check_service(const Fields& fields, const std::string& service) {
    if (fields.has("service") && !is_label(service))
      reader_.problem(fields.at("service"),
                      fmt::format("{}: \"{}\" is not the name of a Service", what_, service));
  }

  YamlReader& reader_;
  const std::string& what_;
  const std::string& name_;
};

}  // namespace

void read_reach(YamlReader& reader, Fields& fields, const std::string& what, Component& component) {
  ReachReader reach(reader, what, component.name);
  if (const auto* node = fields.node("expose"))
    for (const auto& one : one_or_several(*node)) component.expose.push_back(reach.exposure(one));
  if (const auto* node = fields.node("ports"))
    for (const auto& one : one_or_several(*node)) component.ports.push_back(reach.port(one));
}

void check_claims(YamlReader& reader, const Component& component, const Project& so_far) {
  const auto what = fmt::format("component \"{}\"", component.name);
  const auto taken_by = [&](const Component& other) {
    return &other == &component ? std::string("is listed twice")
                                : fmt::format("is taken by component \"{}\"", other.name);
  };
  std::vector<const Component*> all{&component};
  for (const auto& other : so_far.components) all.push_back(&other);
  for (const auto* other : all)
    for (const auto& mine : component.expose)
      for (const auto& taken : other->expose) {
        if (&mine == &taken) break;
        if (!mine.path.empty() && mine.path == taken.path && mine.host == taken.host)
          reader.problem(mine.at, fmt::format("{}: {}{} {}", what, mine.host, mine.path, taken_by(*other)));
      }
  for (const auto* other : all)
    for (const auto& mine : component.ports)
      for (const auto& taken : other->ports) {
        if (&mine == &taken) break;
        if (mine.port != 0 && mine.port == taken.port && mine.is_udp == taken.is_udp)
          reader.problem(mine.at, fmt::format("{}: port {} {}", what, mine.port, taken_by(*other)));
      }
}

void read_cluster(YamlReader& reader, Fields& top, Project& project) {
  if (const auto* node = top.node("gateway")) {
    Fields fields(reader, *node, "gateway", {"port"});
    if (node->IsMap()) fields.require("port");
    const auto text = fields.text("port");
    project.gateway_port = port_of(text).value_or(0);
    if (fields.has("port") && project.gateway_port == 0)
      reader.problem(fields.at("port"), fmt::format("gateway: the port \"{}\" must be a number from 1 to "
                                                    "65535, such as 80",
                                                    text));
  }
  auto& topology = project.topology;
  topology.zones = top.list("zones");
  for (const auto& zone : topology.zones)
    if (!RE2::FullMatch(zone, "[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"))
      reader.problem(top.at("zones"), fmt::format("zones: \"{}\" cannot be the value of a label: letters, "
                                                  "digits and - _ . between them",
                                                  zone));
  topology.control_planes = top.number("control-planes", 1).value_or(1);
  const bool is_said = top.has("nodes") || top.has("control-planes") || top.has("zones");
  const int least = std::max(topology.control_planes, static_cast<int>(topology.zones.size()));
  topology.nodes = top.number("nodes", 1).value_or(is_said ? least : 0);
  if (topology.nodes > kMostNodes)
    reader.problem(top.at(top.has("nodes") ? "nodes" : "control-planes"),
                   fmt::format("nodes: {} are more than one machine can carry; at most {} are allowed",
                               topology.nodes, kMostNodes));
  else if (topology.nodes < topology.control_planes && top.has("nodes"))
    reader.problem(top.at("nodes"), fmt::format("nodes: {} are fewer than the {} control planes, which are "
                                                "nodes, too",
                                                topology.nodes, topology.control_planes));
  else if (topology.nodes < least && top.has("nodes"))
    reader.problem(top.at("nodes"), fmt::format("nodes: {} are fewer than the {} zones", topology.nodes,
                                                topology.zones.size()));
}

}  // namespace harness
