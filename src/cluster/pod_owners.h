#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cluster/objects.h"

namespace harness {

/// Whose each pod of a namespace is, by the chain of its controllers: Pod -> ReplicaSet -> Deployment, Pod ->
/// Job -> CronJob. Refers to the lists that it is made of.
class PodOwners {
 public:
  using Objects = std::map<std::string, nlohmann::json>;  ///< of one collection and namespace, by name
  PodOwners(const Objects& pods, const Objects& replica_sets, const Objects& jobs);

  /// The pods of a workload: itself if it is a Pod; those that it controls, directly or through what it made;
  /// those of one of its name that was there before it; and those that no living controller has and its
  /// selector selects, since it may adopt them, and its Services lead to them.
  std::vector<const nlohmann::json*> of(const GroupKind& type, const nlohmann::json& workload) const;

 private:
  struct Owned {
    const nlohmann::json* pod;
    std::vector<std::string> chain;  ///< uids from the pod up
    bool is_orphan = false;          ///< what the chain leads to is controlled by nothing, or by what is gone
    GroupKind root_type = {};        ///< of the last controller
    std::string root_name = {};
  };
  std::vector<Owned> pods_;
};

/// The jobs that a CronJob started.
std::vector<const nlohmann::json*> jobs_of(const nlohmann::json& cron_job, const PodOwners::Objects& jobs);

}  // namespace harness
