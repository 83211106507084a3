#include "deploy/gateway/services.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "cluster/objects.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// What of it says that a port takes HTTP/2 alone
/// (https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol).
const std::set<std::string> kHttp2{"kubernetes.io/h2c", "h2c", "grpc", "http2"};

std::string shown(const Json& port) {
  const auto number = std::to_string(number_at(port, "/port"));
  const auto name = text_at(port, "/name");
  return name.empty() ? number : name + " (" + number + ")";
}

const Json* choose(const std::vector<Json>& ports, const std::string& wanted) {
  for (const auto& port : ports)
    if (wanted.empty() || text_at(port, "/name") == wanted ||
        std::to_string(number_at(port, "/port")) == wanted)
      return &port;
  return nullptr;
}

/// The port that a connection to the name of a headless Service arrives at: that of the pods themselves; 0
/// where only the pods know it.
int pods_port(const Json& port) {
  const auto& target = json_at(port, "/targetPort");
  if (target.is_string()) return 0;
  return static_cast<int>(target.is_number() ? target.get<int>() : number_at(port, "/port"));
}

}  // namespace

Services::Services(const Project& project, const ObjectsOf& objects_of) {
  for (const auto& component : project.components) {
    auto& services = services_[component.name];
    for (const auto& object : objects_of(component))
      if (type_of(object.api_version, object.kind) == GroupKind{"", "Service"}) services.push_back(&object);
  }
}

const Object* Services::find(const std::string& name_space, const std::string& name) const {
  for (const auto& [component, services] : services_)
    for (const auto* service : services)
      if (service->name == name && service->name_space == name_space) return service;
  return nullptr;
}

const std::vector<const Object*>& Services::of(const std::string& component) const {
  return services_.at(component);
}

FoundPort Services::port(const Object& service, const std::string& wanted, bool is_udp) const {
  FoundPort found{.to = {.service = service.name, .name_space = service.name_space}, .problem = {}};
  const auto title = "Service " + service.name_space + "/" + service.name;
  const std::string protocol = is_udp ? "UDP" : "TCP";
  if (text_at(service.body, "/spec/type") == "ExternalName") {
    found.problem = title + " is an ExternalName: it only gives a name to another host, and has no pods";
    return found;
  }
  std::vector<Json> ports;
  std::vector<std::string> names;
  for (const auto& port : list_at(service.body, "/spec/ports")) {
    const auto its = text_at(port, "/protocol");
    if ((its.empty() ? "TCP" : its) != protocol) continue;
    ports.push_back(port);
    names.push_back(shown(port));
  }
  const auto* port = choose(ports, wanted);
  if (!port) {
    found.problem = ports.empty() ? fmt::format("{} has no port for {}", title, protocol)
                                  : fmt::format("{} has no port {} for {}; it has {}", title, wanted,
                                                protocol, join(names, ", "));
    return found;
  }
  const bool is_headless = text_at(service.body, "/spec/clusterIP") == "None";
  found.to.port = is_headless ? pods_port(*port) : static_cast<int>(number_at(*port, "/port"));
  found.to.is_http2 = kHttp2.contains(text_at(*port, "/appProtocol"));
  found.node_port = static_cast<int>(number_at(*port, "/nodePort"));
  if (is_headless && found.to.port == 0)
    found.problem = fmt::format(
        "{} is headless (clusterIP: None), and its targetPort {} is a name, which "
        "only its pods know: write the number there",
        title, text_at(*port, "/targetPort"));
  return found;
}

}  // namespace harness
