#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cluster/objects.h"

namespace harness {

/// Why a Job or Pod that is in the cluster has to be deleted, with its pods, before `wanted` is applied: what
/// runs once has to run again. It failed, it was made of another template (image, configuration, anything
/// else of its pods), or it is being deleted. Nothing of any other kind, and if it may stay. `wanted` has the
/// annotations of annotate_templates (deploy/config_hash).
std::optional<std::string> reason_to_make_anew(const GroupKind& type, const nlohmann::json& stored,
                                               const nlohmann::json& wanted);

/// Whether Kubernetes deletes the object itself once it has done its work: a Job with
/// `ttlSecondsAfterFinished`. If it is missing it has ended well: one that failed ended the run that deployed
/// it, which deploys it again.
bool is_deleted_when_done(const GroupKind& type, const nlohmann::json& wanted);

}  // namespace harness
