#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "deploy/manifest.h"
#include "deploy/running_image.h"
#include "deploy/snapshot.h"

namespace harness {

/// Why tests could meet something else than what was deployed, a line for each reason.
struct Stale {
  std::vector<std::string> lines;
  /// Whether all of it may be over in a moment: pods that still start or end, a change that its controller
  /// has not seen yet.
  bool may_pass = true;

  bool empty() const { return lines.empty(); }
  void add(std::string line, bool passes);
};

/// Why tests could meet something else than `objects` (manifests with their images pinned), by what runs: a
/// line for each workload that is missing, has other images or has not rolled out; for each of its pods that
/// runs another image (init containers and sidecars too), is of an older revision; for each that is still
/// ending, if it is of an older revision or was to run once; for each Job of an older template that a CronJob
/// started; and for each pod that nobody owns and a Service of `objects` leads to. Empty: everything runs,
/// and everything that ran once ran, what was deployed. Of the workloads of `synced` only the pods' images
/// count.
Stale stale(Snapshot& snapshot, const std::vector<Object>& objects, const std::vector<Object>& synced,
            const ConfigDigests& configs, std::stop_token stop);

}  // namespace harness
