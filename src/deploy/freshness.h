#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "deploy/manifest.h"
#include "deploy/snapshot.h"

namespace harness {

/// Why tests could meet something else than `objects` (manifests with their images pinned): a line for each workload that is missing or has other images,
/// and for each pod that runs another digest, is of an older revision or still ending. Empty: every pod runs what was deployed.
/// Of the workloads of `synced` only the pods count.
std::vector<std::string> stale(Snapshot& snapshot, const std::vector<Object>& objects, const std::vector<Object>& synced, std::stop_token stop);

}  // namespace harness
