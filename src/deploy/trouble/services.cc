// Services that lead nowhere (https://kubernetes.io/docs/concepts/services-networking/service/).
#include "deploy/trouble/services.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "cluster/label_selector.h"
#include "cluster/workload_kinds.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;

/// Shorter than kMayArrive: what no manifest has need not be waited for.
constexpr std::chrono::seconds kPodsAreListed{1};

/// Whether the selector selects the pods that a workload of a manifest makes.
bool selects_planned(const LabelSelector& selector, const Object& object) {
  const auto* kind = workload_kind(type_of(object.api_version, object.kind));
  return kind && kind->makes_pods && selector.selects(json_at(object.body, kind->pod_template));
}

/// What the pods declare: their ports' names and numbers.
std::set<std::string> ports_of(const std::vector<Json>& pods) {
  std::set<std::string> ports;
  for (const auto& pod : pods)
    for (const auto& container : list_at(pod, "/spec/containers"))
      for (const auto& port : list_at(container, "/ports")) {
        ports.insert(std::to_string(number_at(port, "/containerPort")));
        if (const auto name = text_at(port, "/name"); !name.empty()) ports.insert(name);
      }
  return ports;
}

}  // namespace

std::optional<Diagnosis> unreachable_service(const Json& service, const std::vector<Json>& pods,
                                             const std::vector<Object>& planned) {
  const auto selector = LabelSelector::of({"", "Service"}, service);
  if (selector.selects_nothing()) return std::nullopt;
  const auto name_space = namespace_of(service);
  const std::string title = "Service " + name_of(service);
  std::vector<Json> selected;
  std::set<std::string> others;
  for (const auto& pod : pods) {
    if (selector.selects(pod))
      selected.push_back(pod);
    else
      others.insert("pod " + name_of(pod) + " has " +
                    LabelSelector::of_map(json_at(pod, "/metadata/labels")).text());
  }
  if (selected.empty()) {
    for (const auto& object : planned)
      if (object.name_space == name_space && selects_planned(selector, object)) return std::nullopt;
    return Diagnosis{.cause = title + ": its selector " + selector.text() + " matches no pod",
                     .evidence = join({others.begin(), others.end()}, "\n"),
                     .hint = "give it the labels of its pods' template",
                     .must_last = kPodsAreListed};
  }
  const Json::json_pointer first("/spec/ports/0/targetPort");
  if (!service.contains(first)) return std::nullopt;
  const Json& target = service.at(first);
  const std::string wanted = target.is_string() ? target.get<std::string>() : target.dump();
  const auto ports = ports_of(selected);
  if (ports.contains(wanted)) return std::nullopt;
  // Numbers need not be declared: only a name that nobody has cannot be reached.
  return Diagnosis{
      .cause = title + ": its targetPort " + wanted + " is not a port of its pods",
      .evidence = "ports of its pods: " +
                  (ports.empty() ? "none is declared" : join({ports.begin(), ports.end()}, ", ")),
      .hint = "set targetPort to the port that the container listens on",
      .must_last = target.is_string() ? kPodsAreListed : kMayArrive,
      .may_pass = !target.is_string()};
}

}  // namespace harness
