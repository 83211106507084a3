#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "testrun/phase.h"
#include "testrun/plan.h"
#include "testrun/pod_parts.h"

namespace harness::testrun {

/// What a node's Job needs to know besides the node.
struct PodSettings {
  std::string name;          ///< of the Job and its Secret: a DNS label
  std::string name_space;
  std::string helper_image;  ///< with sh and tar; what a definition without an image runs in, too
  std::map<std::string, std::string> env;
};

/// A Secret with the files of the configuration that are written in the plan; null where there are none.
nlohmann::ordered_json secret_of(const Node& node, const PodSettings& settings);

/// A Job of one pod (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/): the init container "fetch" ends when there is a file
/// /tm/.ready, "main" is the definition's program, "keep" ends when there is a file /tm/.done, so that folders can be put in before and fetched afterwards.
nlohmann::ordered_json job_of(const Node& node, const PodSettings& settings, Phase phase);

}  // namespace harness::testrun
