#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cluster/objects.h"

namespace harness {

/// How far whoever controls an object is with it, by the rules of kstatus
/// (https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus), for what is no workload: definitions, claims, disruption budgets and custom resources.
struct ObjectStatus {
  enum class State { in_progress, current, failed, terminating };
  State state = State::current;
  std::string message = {};  ///< why it is not current
};
ObjectStatus kstatus_of(const GroupKind& type, const nlohmann::json& object);

}  // namespace harness
