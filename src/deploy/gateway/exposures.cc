#include "deploy/gateway/exposures.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "cluster/objects.h"

namespace harness {

namespace {

[[noreturn]] void fail(const Project& project, Position at, const std::string& what,
                       const std::string& hint = "") {
  throw Error(fmt::format("{}:{}:{}: {}", project.file.filename().string(), at.line, at.column, what),
              {.hint = hint, .exit_code = kUsage});
}

std::vector<std::string> names_of(const std::vector<const Object*>& services) {
  std::vector<std::string> names;
  for (const auto* service : services) names.push_back(service->name);
  return names;
}

/// The Service of that name: the component's, else one of another component.
const Object& named(const Project& project, const Services& services, const Component& component,
                    const std::string& name, Position at) {
  std::vector<const Object*> all = services.of(component.name);
  for (const auto& other : project.components)
    for (const auto* service : services.of(other.name)) all.push_back(service);
  for (const auto* service : all)
    if (service->name == name) return *service;
  const auto near = nearest(name, names_of(all));
  fail(project, at,
       fmt::format("component \"{}\": no manifest has a Service \"{}\"{}", component.name, name,
                   near ? " (did you mean \"" + *near + "\"?)" : ""));
}

/// Where an exposure that names no Service leads.
FoundPort first_port(const Project& project, const Services& services, const Component& component,
                     const Exposure& exposure) {
  std::vector<std::string> problems;
  for (const auto* service : services.of(component.name)) {
    auto found = services.port(*service, exposure.port);
    if (found.problem.empty()) return found;
    problems.push_back(found.problem);
  }
  if (problems.empty())
    fail(project, exposure.at,
         fmt::format("component \"{}\" has expose:, but no Service with a port", component.name));
  fail(project, exposure.at,
       fmt::format("component \"{}\": the gateway cannot serve {}: {}", component.name, exposure.path,
                   join(problems, "; ")));
}

/// Whether a Service has this port, or node port.
bool has_port(const Object& service, const FixedPort& port) {
  for (const auto& one : list_at(service.body, "/spec/ports")) {
    const bool is_udp = text_at(one, "/protocol") == "UDP";
    if (is_udp == port.is_udp &&
        (number_at(one, "/port") == port.port || number_at(one, "/nodePort") == port.port))
      return true;
  }
  return false;
}

/// The target of a port that names none: the Service's port with this number or node port, else its only one.
std::string own_target(const Object& service, const FixedPort& port) {
  std::vector<std::string> all;
  for (const auto& one : list_at(service.body, "/spec/ports")) {
    if ((text_at(one, "/protocol") == "UDP") != port.is_udp) continue;
    const auto number = std::to_string(number_at(one, "/port"));
    if (number_at(one, "/port") == port.port || number_at(one, "/nodePort") == port.port) return number;
    all.push_back(number);
  }
  return all.size() == 1 ? all[0] : std::to_string(port.port);
}

const Object& service_of(const Project& project, const Services& services, const Component& component,
                         const FixedPort& port) {
  if (!port.service.empty()) return named(project, services, component, port.service, port.at);
  for (const auto* service : services.of(component.name))
    if (has_port(*service, port)) return *service;
  const auto names = names_of(services.of(component.name));
  fail(project, port.at,
       fmt::format("component \"{}\": ports: no Service of it has port or nodePort {} for {}", component.name,
                   port.port, port.is_udp ? "UDP" : "TCP"),
       names.empty()
           ? "its manifests have no Service"
           : fmt::format("name the Service and its port: {{port: {}, service: {}, target: PORT}}; it "
                         "has {}",
                         port.port, names[0], join(names, ", ")));
}

}  // namespace

std::vector<Route> exposed_routes(const Project& project, const Services& services) {
  std::vector<Route> routes;
  for (const auto& component : project.components)
    for (const auto& exposure : component.expose) {
      const auto found =
          exposure.service.empty()
              ? first_port(project, services, component, exposure)
              : services.port(named(project, services, component, exposure.service, exposure.at),
                              exposure.port);
      if (!found.problem.empty())
        fail(project, exposure.at,
             fmt::format("component \"{}\": the gateway cannot serve {}: {}", component.name, exposure.path,
                         found.problem));
      routes.push_back({.component = component.name,
                        .path = exposure.path,
                        .to = found.to,
                        .host = exposure.host,
                        .on_every_host = exposure.host.empty(),
                        .strip = exposure.strip && exposure.path != "/",
                        .is_exposed = true,
                        .claimed_by = fmt::format("component \"{}\"", component.name)});
    }
  return routes;
}

std::vector<Stream> fixed_streams(const Project& project, const Services& services) {
  std::vector<Stream> streams;
  for (const auto& component : project.components)
    for (const auto& port : component.ports) {
      const auto& service = service_of(project, services, component, port);
      const auto found =
          services.port(service, port.target.empty() ? own_target(service, port) : port.target, port.is_udp);
      if (!found.problem.empty())
        fail(project, port.at,
             fmt::format("component \"{}\": ports: {} leads nowhere: {}", component.name, port.port,
                         found.problem));
      streams.push_back({port.port, port.is_udp, found.to, found.node_port == port.port, component.name});
    }
  return streams;
}

}  // namespace harness
