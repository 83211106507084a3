#pragma once

#include <map>
#include <string>

#include "testrun/plan.h"

namespace harness::testrun {

/// What of a git repository a node finds in its working folder.
struct Repository {
  std::string url;  ///< "": nothing can be had
  std::string commit;
  std::string folder;  ///< of the location in it, "" for its root
};

/// That of a location: a git location's own, or `url` (https://..., git://..., not a path of this machine),
/// if the location is a checkout.
Repository repository_of(const Place& place, const std::string& url);

/// Where a node's folders are on the volume of a run: "testflow/tests/deck", with shared/, export/ and
/// kubeconfig/ in it.
std::string path_on_volume(const Node& node);

/// In which it finds where the repository is cloned from.
inline const std::string kRepositoryVariable = "HARNESS_REPOSITORY";

/// What scripts/fill-folders.sh, which a pod runs before a node's own program, is told of the node. It
/// empties the node's folders, fills them from those that the plan names, and checks its repository out. The
/// run's volume is /tm/run, the kubeconfigs of the Testrun are in /tm/begin/kubeconfig, and in onExit
/// $TM_PHASE or the file /tm/phase says how the testflow ended. A step of the testflow that begins knows that
/// each one before it that does not continue on error has succeeded: it notes in /tm/run/newest which of them
/// has the newest global folders, for an onExit after a failure.
std::map<std::string, std::string> filling_variables(const Plan& plan, const Node& node,
                                                     const Repository& repository);

}  // namespace harness::testrun
