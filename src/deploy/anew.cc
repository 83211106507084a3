#include "deploy/anew.h"

#include "cluster/workload_kinds.h"
#include "deploy/revision.h"
#include "deploy/rollout.h"

namespace harness {

using Json = nlohmann::json;

std::optional<std::string> reason_to_make_anew(const GroupKind& type, const Json& stored,
                                               const Json& wanted) {
  if (!stored.is_object() || (type != GroupKind{"batch", "Job"} && type != GroupKind{"", "Pod"}))
    return std::nullopt;
  if (is_ending(stored)) return "it is being deleted";
  const char* pod_template = workload_kind(type)->pod_template;
  if (template_hash(json_at(stored, pod_template)) != template_hash(json_at(wanted, pod_template)))
    return "its pod template has changed";
  const bool has_failed = type.kind == "Job"
                              ? has_condition(stored, "Failed") || has_condition(stored, "FailureTarget")
                              : text_at(stored, "/status/phase") == "Failed";
  return has_failed ? std::optional<std::string>("it failed") : std::nullopt;
}

bool is_deleted_when_done(const GroupKind& type, const Json& wanted) {
  return type == GroupKind{"batch", "Job"} && json_at(wanted, "/spec/ttlSecondsAfterFinished").is_number();
}

}  // namespace harness
