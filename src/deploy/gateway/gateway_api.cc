#include "deploy/gateway/gateway_api.h"

#include <fmt/format.h>

#include <algorithm>

#include "cluster/objects.h"
#include "deploy/gateway/gateways.h"
#include "deploy/gateway/route_rules.h"

namespace harness {

namespace {

using Json = nlohmann::json;

struct RouteObject {
  std::string component;
  const Object* object;
};

Json condition(const char* type, bool holds, const std::string& reason, const std::string& message = "") {
  return {{"type", type}, {"status", holds ? "True" : "False"}, {"reason", reason}, {"message", message}};
}

class Reader {
 public:
  Reader(const Project& project, const ObjectsOf& objects_of, const Services& services, Reach& reach)
      : services_(services), reach_(reach), gateways_(project, objects_of, reach.remarks) {
    for (const auto& component : project.components)
      for (const auto& object : objects_of(component)) sort_in(component.name, object);
    // Of equals the oldest one comes first, which nobody knows here; then these.
    std::stable_sort(routes_.begin(), routes_.end(), [](const RouteObject& a, const RouteObject& b) {
      return std::pair(a.object->name_space, a.object->name) <
             std::pair(b.object->name_space, b.object->name);
    });
  }

  void read() {
    const auto tls = gateways_.tls();
    reach_.tls.insert(reach_.tls.end(), tls.begin(), tls.end());
    for (const auto& route : routes_) read(route);
    for (const auto& gateway : gateways_.all())
      if (gateway.is_ours) add_status(gateway);
  }

 private:
  void sort_in(const std::string& component, const Object& object) {
    static const std::set<std::string> ours{"HTTPRoute", "GRPCRoute"};
    static const std::set<std::string> read_elsewhere{"Gateway", "GatewayClass", "ReferenceGrant"};
    const auto type = type_of(object.api_version, object.kind);
    if (type.group != kGatewayGroup) return;
    if (ours.contains(type.kind))
      routes_.push_back({component, &object});
    else if (type.kind == "GatewayClass" && !gateways_.have_controller())
      add(component, object, {{"conditions", Json::array({condition("Accepted", true, "Accepted")})}});
    else if (!read_elsewhere.contains(type.kind) && !gateways_.have_controller())
      Places(object, reach_.remarks)
          .remark("/kind", fmt::format("the gateway does not serve a {}", type.kind));
  }

  void read(const RouteObject& route) {
    const Places places(*route.object, reach_.remarks);
    const auto& refs = list_at(route.object->body, "/spec/parentRefs");
    if (refs.empty()) {
      places.remark("/spec", "it has no parentRefs: no Gateway serves it");
      return;
    }
    std::set<std::string> http_hosts, https_hosts;
    std::vector<std::pair<const Json*, Attachment>> parents;
    for (size_t i = 0; i < refs.size(); ++i) {
      const auto pointer = fmt::format("/spec/parentRefs/{}", i);
      const auto kind = text_at(refs[i], "/kind");
      if (!kind.empty() && kind != "Gateway") {
        places.remark(pointer + "/kind",
                      fmt::format("the gateway serves only routes of Gateways, not of a {}", kind));
        continue;
      }
      const auto found = gateways_.attach(*route.object, refs[i]);
      if (!found.is_ours) continue;
      if (!found.problem.empty()) places.remark(pointer, found.problem + ": it does not serve the route");
      if (!found.note.empty()) places.remark(pointer, found.note);
      for (auto* listener : found.listeners) ++listener->attached;
      http_hosts.insert(found.http_hosts.begin(), found.http_hosts.end());
      https_hosts.insert(found.https_hosts.begin(), found.https_hosts.end());
      parents.emplace_back(&refs[i], found);
    }
    if (parents.empty()) return;
    const auto rules =
        read_rules(route.component, *route.object, gateways_, services_, match_id_, reach_.remarks);
    auto hosts = http_hosts;
    hosts.insert(https_hosts.begin(), https_hosts.end());
    for (const auto& host : hosts)
      for (auto one : rules.routes) {
        one.host = host;
        one.over_http = http_hosts.contains(host);
        one.over_https = https_hosts.contains(host);
        reach_.routes.push_back(std::move(one));
      }
    add_status(route, parents, rules);
  }

  void add_status(const RouteObject& route, const std::vector<std::pair<const Json*, Attachment>>& parents,
                  const RouteRules& rules) {
    Json list = Json::array();
    for (const auto& [ref, found] : parents) {
      Json parent{{"group", kGatewayGroup}, {"kind", "Gateway"}};
      parent.update(*ref);
      list.push_back({{"parentRef", parent},
                      {"controllerName", controller_of(*ref, *route.object)},
                      {"conditions",
                       {condition("Accepted", found.problem.empty(),
                                  found.problem.empty() ? "Accepted" : found.reason, found.problem),
                        condition("ResolvedRefs", rules.problem.empty(),
                                  rules.problem.empty() ? "ResolvedRefs" : rules.reason, rules.problem)}}});
    }
    add(route.component, *route.object, {{"parents", list}});
  }

  std::string controller_of(const Json& ref, const Object& route) {
    auto name_space = text_at(ref, "/namespace");
    if (name_space.empty()) name_space = route.name_space;
    for (const auto& gateway : gateways_.all())
      if (gateway.object->name == text_at(ref, "/name") && gateway.object->name_space == name_space)
        return gateways_.controller_of(text_at(gateway.object->body, "/spec/gatewayClassName"));
    return gateways_.controller_of("");
  }

  void add_status(const Gateway& gateway) {
    Json listeners = Json::array();
    for (const auto& listener : gateway.listeners) {
      const bool is_served = listener.problem.empty();
      Json kinds = Json::array();
      for (const char* kind : {"HTTPRoute", "GRPCRoute"})
        if (is_served) kinds.push_back({{"group", kGatewayGroup}, {"kind", kind}});
      listeners.push_back(
          {{"name", listener.name},
           {"attachedRoutes", listener.attached},
           {"supportedKinds", kinds},
           {"conditions",
            {condition("Accepted", is_served, is_served ? "Accepted" : "UnsupportedProtocol",
                       listener.problem),
             condition("Programmed", is_served, is_served ? "Programmed" : "Invalid", listener.problem),
             condition("ResolvedRefs", true, "ResolvedRefs")}}});
    }
    const bool all = std::all_of(gateway.listeners.begin(), gateway.listeners.end(),
                                 [](const Listener& listener) { return listener.problem.empty(); });
    add(gateway.component, *gateway.object,
        {{"addresses", Json::array({{{"type", "Hostname"}, {"value", "localhost"}}})},
         {"listeners", listeners},
         {"conditions",
          {condition("Accepted", true, all ? "Accepted" : "ListenersNotValid"),
           condition("Programmed", true, "Programmed")}}});
  }

  void add(const std::string& component, const Object& object, Json status) {
    reach_.objects.push_back(
        {component, object.api_version, object.kind, object.name_space, object.name, std::move(status)});
  }

  const Services& services_;
  Reach& reach_;
  Gateways gateways_;
  std::vector<RouteObject> routes_;
  int match_id_ = 0;
};

}  // namespace

void read_gateway_api(const Project& project, const ObjectsOf& objects_of, const Services& services,
                      Reach& reach) {
  Reader(project, objects_of, services, reach).read();
}

}  // namespace harness
