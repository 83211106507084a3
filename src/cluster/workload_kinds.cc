#include "cluster/workload_kinds.h"

namespace harness {

namespace {

using Json = nlohmann::json;

const WorkloadKind kKinds[] = {
    {{"apps", "Deployment"}, "v1", "deployments", "/spec/template", true},
    {{"apps", "StatefulSet"}, "v1", "statefulsets", "/spec/template", true},
    {{"apps", "DaemonSet"}, "v1", "daemonsets", "/spec/template", true},
    {{"apps", "ReplicaSet"}, "v1", "replicasets", "/spec/template", true},
    {{"", "ReplicationController"}, "v1", "replicationcontrollers", "/spec/template", true},
    {{"batch", "Job"}, "v1", "jobs", "/spec/template", true},
    {{"batch", "CronJob"}, "v1", "cronjobs", "/spec/jobTemplate/spec/template", true},
    {{"", "Pod"}, "v1", "pods", "", true},
    {{"", "PodTemplate"}, "v1", "podtemplates", "/template", false},
};

}  // namespace

std::string WorkloadKind::collection(const std::string& name_space) const {
  const std::string root = type.group.empty() ? "/api/" : "/apis/" + type.group + "/";
  return root + version + "/namespaces/" + name_space + "/" + plural;
}

const WorkloadKind* workload_kind(const GroupKind& type) {
  for (const auto& one : kKinds)
    if (one.type == type) return &one;
  return nullptr;
}

std::vector<const Json*> containers_of(const Json& pod_spec) {
  std::vector<const Json*> all;
  for (const char* list : {"/initContainers", "/containers"})
    for (const auto& container : list_at(pod_spec, list)) all.push_back(&container);
  return all;
}

}  // namespace harness
