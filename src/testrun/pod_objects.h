#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "testrun/phase.h"
#include "testrun/plan.h"
#include "testrun/pod_parts.h"

namespace harness::testrun {

/// What a node's Job needs to know besides the node.
struct PodSettings {
  std::string name;  ///< of the Job and its Secret: a DNS label
  std::string name_space;
  std::string helper_image;  ///< with sh and tar; what a definition without an image runs in, too
  std::map<std::string, std::string> env;
};

/// A Secret with the files of the configuration that are written in the plan; null where there are none.
nlohmann::ordered_json secret_of(const Node& node, const PodSettings& settings);

/// In /tm of the pod.
inline constexpr const char* kReadyFile = ".ready";
inline constexpr const char* kDoneFile = ".done";

/// A Job of one pod (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/): the
/// init container "fetch" ends after `lets_go_on` of kReadyFile, "main" is the definition's program, "keep"
/// ends after kDoneFile, so that folders can be put in before and fetched afterwards.
nlohmann::ordered_json job_of(const Node& node, const PodSettings& settings, Phase phase);
/// A command for the container, which ends once the command has ended by itself.
std::vector<std::string> lets_go_on(const std::string& file);

}  // namespace harness::testrun
