#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"
#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"
#include "deploy/snapshot.h"

namespace harness {

/// What without a readiness probe counts as rolled out may end a moment later. Looks at the pods of the
/// workloads among `objects` whose containers are not to end (not those of Jobs) once more, as they are
/// `now`: returns at once where all containers run, and false. Where one has ended, or is not ready any more,
/// its workload is waited for as after a rollout, and throws the same Error (kDeploy) where it crashes at
/// every start. One without a readiness probe that has ended soon after its start and runs again must have
/// run for longer than that time. What ends for the first time later than this look is not seen. What is no
/// workload and says by now that it is not ready is waited for, too: its controller had not seen it when it
/// was applied. True: it has waited, and `now` is over.
bool wait_until_steady(const KubeApi& api, Snapshot& now, const std::vector<Object>& objects,
                       const Waiting& waiting, std::stop_token stop);

/// For how long the container of `status` has to run now that it has been started again: as long as it ran
/// before, where it ended soon after its start and `spec` has no readiness probe; zero in all other cases.
std::chrono::seconds probation(const nlohmann::json& spec, const nlohmann::json& status);

}  // namespace harness
