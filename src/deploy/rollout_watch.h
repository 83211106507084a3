#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "cluster/kube_api.h"
#include "deploy/diagnosis.h"
#include "deploy/manifest.h"

namespace harness {

/// How a rollout is waited for.
struct Waiting {
  std::chrono::steady_clock::time_point deadline;
  bool anyway = false;  ///< go on waiting for what cannot succeed by itself
  std::function<void(const std::string&)> on_progress = {};  ///< what it waits for
  std::function<void(const std::string&)> on_notice = {};    ///< what is done that a user may not expect
  std::function<void(const Diagnosis&)> on_trouble =
      {};  ///< each once: what may pass, and with `anyway` what cannot
  std::function<bool(bool is_blocked)> others_come =
      {};  ///< told whether only unknown types are left; whether another component may still bring one
};

/// A workload as it was applied.
struct Applied {
  const Object& object;
  std::string collection;  ///< where objects of its type live at the API
  nlohmann::json stored;
};

/// Watches an object, its pods and the warnings of its namespace until it has rolled out. Deletes the pods
/// and Jobs of an older template that nobody else would replace (deploy/replacement). Throws Error (kDeploy)
/// as soon as it cannot roll out by itself, or when the time is over, with all that is known of why.
void wait_for_rollout(const KubeApi& api, const Applied& applied, const Waiting& waiting,
                      std::stop_token stop);

}  // namespace harness
