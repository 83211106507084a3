#include "deploy/autoscaling.h"

#include "cluster/workload_kinds.h"

namespace harness {

namespace {

using Json = nlohmann::json;

bool has_replicas(const GroupKind& type) {
  static const std::set<GroupKind> types{
      {"apps", "Deployment"}, {"apps", "StatefulSet"}, {"apps", "ReplicaSet"}, {"", "ReplicationController"}};
  return types.contains(type);
}

}  // namespace

std::set<Identity> autoscaled(const std::vector<Object>& objects) {
  std::set<Identity> targets;
  for (const auto& object : objects) {
    const auto type = type_of(object.api_version, object.kind);
    const bool is_keda = type == GroupKind{"keda.sh", "ScaledObject"};
    if (type != GroupKind{"autoscaling", "HorizontalPodAutoscaler"} && !is_keda) continue;
    const Json& target = json_at(object.body, "/spec/scaleTargetRef");
    auto of = type_of(target);
    if (is_keda && of.kind.empty()) of = {"apps", "Deployment"};
    targets.insert({of, object.name_space, text_at(target, "/name")});
  }
  return targets;
}

bool leaves_replicas(const GroupKind& type, const Json& applied) {
  return has_replicas(type) && json_at(applied, "/spec/replicas").is_null();
}

void settle_replicas(Object& object, const std::set<Identity>& autoscaled) {
  const auto type = type_of(object.api_version, object.kind);
  const auto spec = object.body.find("spec");
  if (!has_replicas(type) || spec == object.body.end() || !spec->is_object()) return;
  if (autoscaled.contains({type, object.name_space, object.name}))
    spec->erase("replicas");
  else if (leaves_replicas(type, object.body))
    (*spec)["replicas"] = 1;
}

}  // namespace harness
