// Pods that no node takes (https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/).
#include <fmt/format.h>
#include <re2/re2.h>

#include <map>

#include "base/text.h"
#include "deploy/trouble/quantity.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

using Json = Scene::Json;

/// What a pod asks of a resource: its containers together, or the largest init container.
double asked_by(const Json& pod, const std::string& resource) {
  double sum = 0, largest = 0;
  const auto pointer =
      (Json::json_pointer("/resources/requests") / resource).to_string();  // "nvidia.com/gpu" is escaped
  for (const auto& container : list_at(pod, "/spec/containers"))
    sum += quantity(text_at(container, pointer.c_str()));
  for (const auto& container : list_at(pod, "/spec/initContainers"))
    largest = std::max(largest, quantity(text_at(container, pointer.c_str())));
  return std::max(sum, largest);
}

/// All pods of the cluster, and whether one of them is about to make room.
struct Tenants {
  Json list;
  bool room_comes = false;
};
Tenants tenants(const Scene& scene) {
  Tenants all{scene.get("/api/v1/pods")};
  for (const auto& pod : list_at(all.list, "/items")) {
    if (!has_ended(pod) && (is_of_job(pod) || is_ending(pod))) all.room_comes = true;
  }
  return all;
}

/// "node trouble: 250m of 2 cpu are free"
std::string free_of(const Json& node, const Json& all_pods, const std::string& resource) {
  double left =
      quantity(text_at(node, (Json::json_pointer("/status/allocatable") / resource).to_string().c_str()));
  const double whole = left;
  for (const auto& pod : list_at(all_pods, "/items"))
    if (text_at(pod, "/spec/nodeName") == name_of(node) && !has_ended(pod))
      left -= resource == "pods" ? 1 : asked_by(pod, resource);
  return fmt::format("node {}: {} of {} {} are free", name_of(node), format_quantity(resource, left),
                     format_quantity(resource, whole), resource);
}

void of_resource(const Scene& scene, const Json& pod, const std::string& resource, Diagnosis& found) {
  const auto all = tenants(scene);
  const Json nodes = scene.get("/api/v1/nodes");
  const auto asked = resource == "pods" ? 1 : asked_by(pod, resource);
  found.cause += fmt::format(" has enough {}: it asks for {}", resource, format_quantity(resource, asked));
  for (const auto& node : list_at(nodes, "/items"))
    found.evidence += fmt::format("\n{}", free_of(node, all.list, resource));
  found.hint = fmt::format("lower resources.requests.{} in its manifest or in others", resource);
  found.may_pass = all.room_comes;
}

void of_ports(const Scene& scene, const Json& pod, Diagnosis& found) {
  const auto all = tenants(scene);
  for (const auto& container : list_at(pod, "/spec/containers"))
    for (const auto& port : list_at(container, "/ports")) {
      const auto wanted = number_at(port, "/hostPort");
      if (wanted == 0) continue;
      for (const auto& other : list_at(all.list, "/items"))
        for (const auto& its : list_at(other, "/spec/containers"))
          for (const auto& its_port : list_at(its, "/ports"))
            if (!text_at(other, "/spec/nodeName").empty() && !has_ended(other) &&
                number_at(its_port, "/hostPort") == wanted)
              found.evidence += "\nport " + std::to_string(wanted) + " belongs to pod " +
                                text_at(other, "/metadata/namespace") + "/" + name_of(other);
    }
  found.cause += "'s host port is taken";
  found.hint =
      "choose another hostPort, or none: a Service needs none; if the pod's own predecessor has it: "
      "strategy: {type: Recreate}";
  found.may_pass = all.room_comes;
}

void of_selector(const Scene& scene, const Json& pod, Diagnosis& found) {
  const Json nodes = scene.get("/api/v1/nodes");
  const Json::json_pointer pointer("/spec/nodeSelector");
  const Json selector = pod.contains(pointer) ? pod.at(pointer) : Json::object();
  std::vector<std::string> wanted;
  for (const auto& [key, value] : selector.items()) {
    bool somewhere = false;
    for (const auto& node : list_at(nodes, "/items")) {
      const Json labels = node.at("metadata").value("labels", Json::object());
      somewhere = somewhere || (labels.contains(key) && labels.at(key) == value);
    }
    if (!somewhere) wanted.push_back(key + "=" + value.get<std::string>());
  }
  found.cause += wanted.empty() ? " fits its affinity or nodeSelector"
                                : " has the label of its nodeSelector: " + join(wanted, ", ");
  found.hint = "fix nodeSelector or affinity in its manifest, or label the nodes in cluster-config/kind.yaml";
}

/// Taints that the control plane puts on a node for as long as something is wrong with it
/// (https://kubernetes.io/docs/reference/labels-annotations-taints/). A node that was taken out by `kubectl
/// cordon` stays as it is.
bool goes_by_itself(const std::string& taint) {
  return taint.starts_with("{node.kubernetes.io/") && !taint.starts_with("{node.kubernetes.io/unschedulable");
}

void of_taint(const Json& pod, const std::string& taint, Diagnosis& found) {
  found.cause = "pod " + name_of(pod) + ": it does not tolerate a taint that the nodes have: " + taint;
  found.hint = "add a toleration to its manifest, or remove the taint: kubectl taint node NODE KEY-";
  if (!goes_by_itself(taint)) return;
  found.cause = "pod " + name_of(pod) + ": no node is ready to take it: " + taint;
  found.hint = "see what is wrong with the nodes: kubectl describe nodes";
  found.may_pass = true;
}

}  // namespace

std::optional<Diagnosis> no_node_takes_it(const Scene& scene) {
  static const RE2 resource("Insufficient ([a-z0-9./-]*[a-z0-9])|(Too many pods)"),
      taint("untolerated taint(?:\\(s\\)|s)? ?({[^}]*})?"),
      claims("PersistentVolumeClaim|persistentvolumeclaim");
  for (const auto& pod : scene.pods) {
    const Json& scheduled = condition_of(pod, "PodScheduled");
    if (text_at(scheduled, "/reason") != "Unschedulable") continue;
    const auto message = text_at(scheduled, "/message");
    if (RE2::PartialMatch(message, claims)) continue;  // claim_unbound
    // A node takes pods a moment after it is ready, and the scheduler tries again after a second or two.
    Diagnosis found{.cause = "pod " + name_of(pod) + ": no node",
                    .evidence = message,
                    .hint = "",
                    .must_last = kMayArrive};
    std::string what, many;
    if (RE2::PartialMatch(message, resource, &what, &many)) {
      of_resource(scene, pod, many.empty() ? what : "pods", found);
    } else if (message.find("free ports") != std::string::npos) {
      found.cause = "pod " + name_of(pod);
      of_ports(scene, pod, found);
    } else if (message.find("affinity/selector") != std::string::npos) {
      of_selector(scene, pod, found);
    } else if (RE2::PartialMatch(message, taint, &what)) {
      of_taint(pod, what.empty() ? message : what, found);
    } else {
      found.cause += " can take it";
      found.hint = "the scheduler's message names what to fix in its manifest";
    }
    return found;
  }
  return std::nullopt;
}

}  // namespace harness
