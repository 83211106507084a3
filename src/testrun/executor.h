#pragma once

#include <stop_token>

#include "testrun/artifacts.h"
#include "testrun/phase.h"
#include "testrun/plan.h"

namespace harness::testrun {

/// Runs one node in its folders, which are filled. `phase` is TM_PHASE. Succeeded is exit code 0; Timeout,
/// that the definition's deadline passed and all that ran was ended. Throws Cancelled, when all was ended
/// too, and Error where it cannot be started. May be called by several threads.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual Outcome run(const Node& node, const NodeFolders& folders, Phase phase,
                      std::stop_token stop) const = 0;
};

}  // namespace harness::testrun
