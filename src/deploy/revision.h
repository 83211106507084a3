#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "cluster/objects.h"

namespace harness {

/// In a pod template that no controller keeps revisions of (ReplicaSet, ReplicationController, Job, CronJob,
/// Pod): a hash of the template, with what it names of configuration. The pods that are made of it have it,
/// too.
inline constexpr const char* kTemplateAnnotation = "deploy.harness/template";

/// The annotation's value; empty if there is none.
std::string template_hash(const nlohmann::json& pod_or_template);

/// Which pods of a workload were made of its template as it is now.
class Revision {
 public:
  /// All objects of a collection, by name.
  using List = std::function<const std::map<std::string, nlohmann::json>&(const std::string& collection)>;
  /// None is, as long as the workload's controller has not seen the last change.
  static Revision of(const GroupKind& type, const nlohmann::json& workload, const List& list);

  bool has(const nlohmann::json& pod) const { return has_(pod); }

 private:
  using Has = std::function<bool(const nlohmann::json& pod)>;
  explicit Revision(Has has) : has_(std::move(has)) {}

  Has has_;
};

}  // namespace harness
