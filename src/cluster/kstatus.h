#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cluster/objects.h"

namespace harness {

/// How far whoever controls an object is with it, by the rules of kstatus
/// (https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus), for what is no workload:
/// definitions, claims, disruption budgets and custom resources. A condition that was set for an older
/// generation does not count.
struct ObjectStatus {
  enum class State { in_progress, current, failed, terminating };
  State state = State::current;
  std::string message = {};  ///< why it is not current
  std::string hint = {};
};
/// `ready`: the condition that has to be True in place of Ready, and has to be there; empty: kstatus' own
/// rules, by which what has no conditions is current.
ObjectStatus kstatus_of(const GroupKind& type, const nlohmann::json& object, const std::string& ready = "");

/// Whether an object has that condition, as it has to be for `ready` above.
ObjectStatus condition_status(const nlohmann::json& object, const std::string& condition);

}  // namespace harness
