#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/hash.h"
#include "cluster/kube_api.h"
#include "cluster/pod_owners.h"

namespace harness {

/// Objects of a cluster as they were when their collection was first asked for: a request for each
/// collection, not for each object. Thread-safe.
class Snapshot {
 public:
  explicit Snapshot(const KubeApi& api) : api_(api) {}

  /// All of a collection ("/api/v1/namespaces/default/pods") by name; none where there is no such collection.
  /// Valid as long as this object.
  const std::map<std::string, nlohmann::json>& all(const std::string& collection, std::stop_token stop);
  /// Null where it was not there.
  const nlohmann::json* find(const std::string& collection, const std::string& name, std::stop_token stop);
  /// The pods of a workload of that type (PodOwners::of).
  std::vector<const nlohmann::json*> pods_of(const GroupKind& type, const nlohmann::json& workload,
                                             std::stop_token stop);

 private:
  struct List {
    std::once_flag once;
    std::map<std::string, nlohmann::json> objects;
  };
  const KubeApi& api_;
  std::mutex mutex_;
  std::map<std::string, List> lists_;
  struct Owners {
    std::once_flag once;
    std::optional<PodOwners> owners;
  };
  std::map<std::string, Owners> owners_;  ///< by namespace
};

/// A hash of objects as the API stores them: whoever changes what was applied, and what people add by
/// kubectl, makes another one. What controllers and webhooks add, and an autoscaler decides, does not.
class Mark {
 public:
  /// `applied`: what the harness applied of it.
  void add(const nlohmann::json& stored, const nlohmann::json& applied);
  std::string hex() { return hash_.hex(); }

 private:
  Sha256 hash_;
};

}  // namespace harness
