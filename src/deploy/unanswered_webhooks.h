#pragma once

#include <stop_token>
#include <vector>

#include "cluster/kube_api.h"
#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Deletes the webhook configurations among `objects` whose Service is among them, too, and has no pod that
/// answers: they could keep that pod from being made, and everything else from being stored. They are applied
/// anew with the rest.
void remove_unanswered_webhooks(const KubeApi& api, const std::vector<Object>& objects,
                                const Waiting& waiting, std::stop_token stop);

}  // namespace harness
