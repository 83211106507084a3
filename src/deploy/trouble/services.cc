// Services that lead nowhere (https://kubernetes.io/docs/concepts/services-networking/service/).
#include "deploy/trouble/services.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "deploy/rollout.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;
using Labels = std::map<std::string, std::string>;

/// Shorter than kMayArrive: what no manifest has need not be waited for.
constexpr std::chrono::seconds kPodsAreListed{1};

Labels labels_at(const Json& object, const char* pointer) {
  const Json::json_pointer where(pointer);
  return object.contains(where) ? object.at(where).get<Labels>() : Labels{};
}

bool selects(const Labels& selector, const Labels& labels) {
  return std::all_of(selector.begin(), selector.end(), [&](const auto& one) {
    const auto found = labels.find(one.first);
    return found != labels.end() && found->second == one.second;
  });
}

/// Labels of the pods that a workload of a manifest makes.
Labels planned_labels(const Object& object) {
  Labels labels;
  const Json::json_pointer where(object.kind == "Pod" ? "/metadata/labels" : "/spec/template/metadata/labels");
  const Json planned = object.body.value(where, Json::object());
  for (const auto& [key, value] : planned.items())
    if (value.is_string()) labels[key] = value;
  return labels;
}

std::string text_of(const Labels& labels) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : labels) parts.push_back(key + "=" + value);
  return join(parts, ",");
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

std::optional<Diagnosis> unreachable_service(const Json& service, const std::vector<Json>& pods, const std::vector<Object>& planned) {
  const auto selector = labels_at(service, "/spec/selector");
  if (service.is_null() || selector.empty()) return std::nullopt;
  const auto name_space = text_at(service, "/metadata/namespace");
  const std::string title = "Service " + name_of(service);
  std::vector<Json> selected;
  std::set<std::string> others;
  for (const auto& pod : pods) {
    const auto labels = labels_at(pod, "/metadata/labels");
    if (selects(selector, labels))
      selected.push_back(pod);
    else
      others.insert("pod " + name_of(pod) + " has " + text_of(labels));
  }
  if (selected.empty()) {
    for (const auto& object : planned)
      if (is_workload(object.kind) && object.name_space == name_space && selects(selector, planned_labels(object))) return std::nullopt;
    return Diagnosis{.cause = title + ": its selector " + text_of(selector) + " matches no pod",
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
  return Diagnosis{.cause = title + ": its targetPort " + wanted + " is no port of its pods",
                   .evidence = "ports of its pods: " + (ports.empty() ? "none is declared" : join({ports.begin(), ports.end()}, ", ")),
                   .hint = "let targetPort be what the container listens on",
                   .must_last = target.is_string() ? kPodsAreListed : kMayArrive,
                   .may_pass = !target.is_string()};
}

}  // namespace harness
