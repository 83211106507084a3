#include "deploy/revision.h"

#include "cluster/workload_kinds.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using Objects = std::map<std::string, Json>;

constexpr const char* kRevision = "/metadata/annotations/deployment.kubernetes.io~1revision";
constexpr const char* kRevisionHash = "/metadata/labels/controller-revision-hash";

std::string apps(const Json& workload, const std::string& plural) {
  return "/apis/apps/v1/namespaces/" + namespace_of(workload) + "/" + plural;
}

bool is_controlled_by(const Json& object, const Json& owner) {
  return text_at(controller_of(object), "/uid") == uid_of(owner);
}

/// The uid of a Deployment's newest ReplicaSet; empty if it has none.
std::string newest_replica_set(const Json& deployment, const Objects& sets) {
  const auto revision = text_at(deployment, kRevision);
  for (const auto& [name, set] : sets)
    if (is_controlled_by(set, deployment) && !revision.empty() && text_at(set, kRevision) == revision)
      return uid_of(set);
  return "";
}

/// The hash of a DaemonSet's newest ControllerRevision; empty if it has none.
std::string newest_revision(const Json& daemon_set, const Objects& revisions) {
  int64_t newest = -1;
  std::string hash;
  for (const auto& [name, revision] : revisions)
    if (const auto number = number_at(revision, "/revision");
        is_controlled_by(revision, daemon_set) && number > newest) {
      newest = number;
      hash = text_at(revision, kRevisionHash);
    }
  return hash;
}

}  // namespace

std::string template_hash(const Json& pod_or_template) {
  return text_at(pod_or_template, "/metadata/annotations/deploy.harness~1template");
}

Revision Revision::of(const GroupKind& type, const Json& workload, const List& list) {
  const auto by_label = [](std::string hash) {
    return Revision([hash = std::move(hash)](const Json& pod) {
      return !hash.empty() && text_at(pod, kRevisionHash) == hash;
    });
  };
  const bool has_revisions = type.group == "apps";
  if (has_revisions && !is_observed(workload)) return Revision([](const Json&) { return false; });
  if (type == GroupKind{"apps", "Deployment"})
    return Revision(
        [uid = newest_replica_set(workload, list(apps(workload, "replicasets")))](const Json& pod) {
          return !uid.empty() && text_at(controller_of(pod), "/uid") == uid;
        });
  if (type == GroupKind{"apps", "StatefulSet"}) return by_label(text_at(workload, "/status/updateRevision"));
  if (type == GroupKind{"apps", "DaemonSet"})
    return by_label(newest_revision(workload, list(apps(workload, "controllerrevisions"))));
  const auto* kind = workload_kind(type);
  if (!kind) return Revision([](const Json&) { return true; });
  return Revision([hash = template_hash(json_at(workload, kind->pod_template))](const Json& pod) {
    return template_hash(pod) == hash;
  });
}

}  // namespace harness
