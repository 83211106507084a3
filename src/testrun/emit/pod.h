#pragma once

#include "testrun/emit/context.h"
#include "testrun/pod_parts.h"

namespace harness::testrun {

/// The volumes and containers of a node's pod, the same on every engine: "prepare" fills the folders, "main"
/// is the definition's program. A step sees its own folders of the run's volume and no other's.
struct Pod {
  Json volumes;  ///< without the run's own
  Json prepare, main;
};

/// How an engine says it.
struct PodWords {
  std::string volume;  ///< the name of the run's volume
  std::string testrun_id;
  std::string phase;  ///< of the testflow, in onExit; "": the engine cannot say
};

inline const std::string kRunVolume = "testrun";
inline const std::string kRunFolder = kPodFolder + "/run";

/// `context` is told what cannot be as in the harness.
Pod pod_of(Context& context, const Node& node, const PodWords& words);

}  // namespace harness::testrun
