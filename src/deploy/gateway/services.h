#pragma once

#include <map>
#include <string>
#include <vector>

#include "deploy/gateway/route.h"

namespace harness {

/// A port of a Service, as the gateway reaches it; or why it does not.
struct FoundPort {
  Backend to;
  int node_port = 0;
  std::string problem;  ///< empty: none
};

/// The Services of all manifests of a project.
class Services {
 public:
  Services(const Project& project, const ObjectsOf& objects_of);

  /// Null where no manifest has it.
  const Object* find(const std::string& name_space, const std::string& name) const;
  /// Of what `component` deploys, in the manifests' order.
  const std::vector<const Object*>& of(const std::string& component) const;
  /// `wanted` is the port's name or number; empty: the first one of the protocol.
  FoundPort port(const Object& service, const std::string& wanted, bool is_udp = false) const;

 private:
  std::map<std::string, std::vector<const Object*>> services_;  ///< by component
};

}  // namespace harness
