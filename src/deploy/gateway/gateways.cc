#include "deploy/gateway/gateways.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cluster/objects.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr const char* kOwnClass = "harness";
constexpr const char* kOwnController = "harness/gateway";

bool has_text(const Json& list, const std::set<std::string>& texts) {
  return std::any_of(list.begin(), list.end(), [&](const Json& one) {
    return one.is_string() && texts.contains(one.get<std::string>());
  });
}

/// Whether a role may write the status of Gateways, as only their controller does.
bool is_of_controller(const Object& role) {
  const auto& rules = list_at(role.body, "/rules");
  return std::any_of(rules.begin(), rules.end(), [](const Json& rule) {
    return has_text(list_at(rule, "/apiGroups"), {kGatewayGroup}) &&
           has_text(list_at(rule, "/resources"), {"gateways/status", "*/status", "*"}) &&
           has_text(list_at(rule, "/verbs"), {"update", "patch", "*"});
  });
}

/// "a.test" where both are for it; nothing where they have no name in common. Wildcards as Route::host.
std::optional<std::string> common_host(const std::string& a, const std::string& b) {
  if (a.empty() || a == b) return b;
  if (b.empty()) return a;
  const auto is_below = [](const std::string& host, const std::string& wildcard) {
    return wildcard.starts_with("**") && host.size() >= wildcard.size() - 1 &&
           host.ends_with(wildcard.substr(2));
  };
  if (is_below(a, b)) return a;
  if (is_below(b, a)) return b;
  return std::nullopt;
}

/// As Route::host.
std::string host_of(std::string host) { return host.starts_with("*.") ? "*" + host : host; }

bool selects(const Json& selector, const Json& labels) {
  const auto label = [&](const std::string& key) {
    const auto found = labels.find(key);
    return found == labels.end() || !found->is_string() ? std::optional<std::string>()
                                                        : found->get<std::string>();
  };
  for (const auto& [key, value] : json_at(selector, "/matchLabels").items())
    if (label(key) != value.get<std::string>()) return false;
  for (const auto& one : list_at(selector, "/matchExpressions")) {
    const auto value = label(text_at(one, "/key"));
    const auto op = text_at(one, "/operator");
    const bool is_in = value && has_text(list_at(one, "/values"), {*value});
    const bool holds = op == "In"       ? is_in
                       : op == "NotIn"  ? !is_in
                       : op == "Exists" ? value.has_value()
                                        : !value;
    if (!holds) return false;
  }
  return true;
}

Listener read_listener(const Json& body, const std::string& pointer) {
  Listener listener{.name = text_at(body, "/name"),
                    .host = host_of(text_at(body, "/hostname")),
                    .port = number_at(body, "/port"),
                    .problem = {},
                    .pointer = pointer};
  const auto protocol = text_at(body, "/protocol");
  listener.is_https = protocol == "HTTPS";
  if (listener.is_https && text_at(body, "/tls/mode") == "Passthrough")
    listener.problem = "the gateway does not pass TLS through";
  else if (!listener.is_https && protocol != "HTTP")
    listener.problem = fmt::format("the gateway does not serve the protocol {}", protocol);
  return listener;
}

}  // namespace

Gateways::Gateways(const Project& project, const ObjectsOf& objects_of, std::vector<std::string>& remarks)
    : remarks_(remarks) {
  for (const auto& component : project.components)
    for (const auto& object : objects_of(component)) read(object, component.name);
  for (auto& gateway : gateways_) {
    gateway.is_ours =
        !has_controller_ || text_at(gateway.object->body, "/spec/gatewayClassName") == kOwnClass;
    if (!gateway.is_ours) continue;
    const Places places(*gateway.object, remarks_);
    for (auto& listener : gateway.listeners) {
      if (!listener.problem.empty()) places.remark(listener.pointer + "/protocol", listener.problem);
      if (listener.problem.empty() && listener.is_https) read_certificate(gateway, listener);
    }
    for (const char* field : {"addresses", "tls", "backendTLS", "allowedListeners"})
      if (json_at(gateway.object->body, "/spec").contains(field))
        places.remark("/spec/" + std::string(field), "the gateway does not do this");
  }
}

void Gateways::read(const Object& object, const std::string& component) {
  const auto type = type_of(object.api_version, object.kind);
  if (type == GroupKind{"", "Namespace"})
    namespaces_[object.name] = json_at(object.body, "/metadata/labels");
  else if (type.group == "rbac.authorization.k8s.io" && type.kind.ends_with("Role"))
    has_controller_ = has_controller_ || is_of_controller(object);
  else if (type == GroupKind{kGatewayGroup, "GatewayClass"})
    classes_[object.name] = text_at(object.body, "/spec/controllerName");
  else if (type == GroupKind{kGatewayGroup, "ReferenceGrant"})
    grants_.push_back(&object);
  else if (type == GroupKind{kGatewayGroup, "Gateway"}) {
    auto& gateway = gateways_.emplace_back(Gateway{.component = component, .object = &object});
    const auto& listeners = list_at(object.body, "/spec/listeners");
    for (size_t i = 0; i < listeners.size(); ++i)
      gateway.listeners.push_back(read_listener(listeners[i], fmt::format("/spec/listeners/{}", i)));
  }
}

std::string Gateways::controller_of(const std::string& gateway_class) const {
  const auto found = classes_.find(gateway_class);
  return found == classes_.end() || found->second.empty() ? kOwnController : found->second;
}

Gateway* Gateways::find(const std::string& name_space, const std::string& name) {
  for (auto& gateway : gateways_)
    if (gateway.object->name == name && gateway.object->name_space == name_space) return &gateway;
  return nullptr;
}

bool Gateways::allows(const Gateway& gateway, const Listener& listener, const Object& route) const {
  const auto& allowed = json_at(gateway.object->body, (listener.pointer + "/allowedRoutes").c_str());
  const auto& kinds = list_at(allowed, "/kinds");
  if (!kinds.empty() && std::none_of(kinds.begin(), kinds.end(),
                                     [&](const Json& kind) { return text_at(kind, "/kind") == route.kind; }))
    return false;
  const auto from = text_at(allowed, "/namespaces/from");
  if (from == "All") return true;
  if (from != "Selector") return route.name_space == gateway.object->name_space;
  const auto found = namespaces_.find(route.name_space);
  Json labels = found == namespaces_.end() || !found->second.is_object() ? Json::object() : found->second;
  labels["kubernetes.io/metadata.name"] = route.name_space;
  return selects(json_at(allowed, "/namespaces/selector"), labels);
}

Attachment Gateways::attach(const Object& route, const Json& parent_ref) {
  Attachment found;
  auto name_space = text_at(parent_ref, "/namespace");
  if (name_space.empty()) name_space = route.name_space;
  const auto name = text_at(parent_ref, "/name"), section = text_at(parent_ref, "/sectionName");
  const auto port = number_at(parent_ref, "/port");
  std::set<std::string> own;
  for (const auto& host : list_at(route.body, "/spec/hostnames"))
    if (host.is_string()) own.insert(host_of(host.get<std::string>()));
  if (own.empty()) own.insert("");
  auto* gateway = find(name_space, name);
  if (!gateway && gateways_.empty() && !has_controller_) {
    found.is_ours = true;
    found.http_hosts = own;
    found.note = fmt::format(
        "no manifest has a Gateway {}/{}: the gateway serves the route as one for HTTP and any host would",
        name_space, name);
    return found;
  }
  if (!gateway) {
    found.is_ours = !has_controller_;
    found.reason = "NoMatchingParent";
    std::vector<std::string> names;
    for (const auto& one : gateways_) names.push_back(one.object->name);
    const auto near = nearest(name, names);
    found.problem = fmt::format("no manifest has a Gateway {}/{}{}", name_space, name,
                                near ? " (did you mean " + *near + "?)" : "");
    return found;
  }
  found.is_ours = gateway->is_ours;
  if (!found.is_ours) return found;
  bool is_named = false, is_allowed = false, is_served = false;
  std::string unserved;
  for (auto& listener : gateway->listeners) {
    if ((!section.empty() && listener.name != section) || (port > 0 && listener.port != port)) continue;
    is_named = true;
    if (!allows(*gateway, listener, route)) continue;
    is_allowed = true;
    if (!listener.problem.empty()) {
      unserved = listener.problem;
      continue;
    }
    is_served = true;
    bool takes = false;
    for (const auto& host : own)
      if (const auto common = common_host(listener.host, host)) {
        (listener.is_https ? found.https_hosts : found.http_hosts).insert(*common);
        takes = true;
      }
    if (takes) found.listeners.push_back(&listener);
  }
  if (!found.listeners.empty()) return found;
  const auto title = fmt::format("Gateway {}/{}", name_space, name);
  if (!is_named) {
    found.reason = "NoMatchingParent";
    found.problem =
        fmt::format("{} has no listener {}", title, section.empty() ? std::to_string(port) : section);
  } else if (!is_allowed) {
    found.reason = "NotAllowedByListeners";
    found.problem =
        fmt::format("no listener of {} allows {}s of namespace {}", title, route.kind, route.name_space);
  } else if (!is_served) {
    found.reason = "NoMatchingParent";
    found.problem = unserved;
  } else {
    found.reason = "NoMatchingListenerHostname";
    found.problem = fmt::format("no listener of {} has a hostname of the route", title);
  }
  return found;
}

void Gateways::read_certificate(const Gateway& gateway, Listener& listener) {
  const Places places(*gateway.object, remarks_);
  for (const char* field : {"options", "frontendValidation"})
    if (json_at(gateway.object->body, (listener.pointer + "/tls").c_str()).contains(field))
      places.remark(listener.pointer + "/tls/" + field, "the gateway does not do this");
  const auto pointer = listener.pointer + "/tls/certificateRefs";
  const auto& refs = list_at(gateway.object->body, pointer.c_str());
  if (refs.empty())
    return places.remark(listener.pointer, "it names no certificate: the gateway has a self-signed one");
  if (refs.size() > 1)
    places.remark(pointer + "/1", "the gateway has only the first certificate of a listener");
  const auto kind = text_at(refs[0], "/kind"), name = text_at(refs[0], "/name");
  listener.name_space = text_at(refs[0], "/namespace");
  if (listener.name_space.empty()) listener.name_space = gateway.object->name_space;
  if (!kind.empty() && kind != "Secret")
    places.remark(pointer + "/0/kind",
                  "the gateway has certificates only of Secrets: it has a self-signed one");
  else if (listener.name_space != gateway.object->name_space &&
           !grants(*gateway.object, listener.name_space, "Secret", name))
    places.remark(
        pointer + "/0",
        fmt::format("no ReferenceGrant of namespace {} lets Gateways of {} use its Secrets: the gateway has "
                    "a self-signed certificate",
                    listener.name_space, gateway.object->name_space));
  else
    listener.secret = name;
}

std::vector<TlsHost> Gateways::tls() const {
  std::vector<TlsHost> hosts;
  for (const auto& gateway : gateways_)
    for (const auto& listener : gateway.listeners)
      if (gateway.is_ours && listener.is_https && listener.problem.empty()) {
        std::vector<std::string> remarks;
        hosts.push_back({gateway.component, listener.host, listener.name_space, listener.secret,
                         Places(*gateway.object, remarks).at(listener.pointer)});
      }
  return hosts;
}

bool Gateways::listen_at(int64_t port, bool is_https) const {
  for (const auto& gateway : gateways_)
    for (const auto& listener : gateway.listeners)
      if (gateway.is_ours && listener.port == port && listener.is_https == is_https &&
          listener.problem.empty())
        return true;
  return false;
}

bool Gateways::grants(const Object& from, const std::string& name_space, const std::string& kind,
                      const std::string& wanted) const {
  return std::any_of(grants_.begin(), grants_.end(), [&](const Object* grant) {
    if (grant->name_space != name_space) return false;
    const auto& froms = list_at(grant->body, "/spec/from");
    const auto& tos = list_at(grant->body, "/spec/to");
    return std::any_of(froms.begin(), froms.end(),
                       [&](const Json& one) {
                         return text_at(one, "/group") == kGatewayGroup &&
                                text_at(one, "/kind") == from.kind &&
                                text_at(one, "/namespace") == from.name_space;
                       }) &&
           std::any_of(tos.begin(), tos.end(), [&](const Json& one) {
             const auto name = text_at(one, "/name");
             return text_at(one, "/group").empty() && text_at(one, "/kind") == kind &&
                    (name.empty() || name == wanted);
           });
  });
}

}  // namespace harness
