#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"

namespace harness {

/// What was deployed into a cluster, kept in it (a ConfigMap "harness", in kube-system where the cluster is the harness's own): what a project no longer has can be removed,
/// whoever deployed it. Thread-safe.
class Inventory {
 public:
  struct Entry {
    std::string hash;               ///< of all that was applied; empty while it is being deployed
    std::set<std::string> objects;  ///< their paths at the API
    std::string mark;               ///< of the objects as they were then (Snapshot)
  };

  Inventory(const KubeApi& api, const std::string& name_space, std::stop_token stop);

  /// What the gateway is known by, which is no component: those have no dot in their names.
  static constexpr const char* kGateway = "harness.gateway";

  /// An empty one where nothing of that name was deployed.
  Entry entry(const std::string& component) const;
  std::vector<std::string> components() const;  ///< without the gateway
  /// Before anything of it is applied: should this process be killed, nothing is forgotten.
  void begin(const std::string& component, const std::set<std::string>& objects, std::stop_token stop);
  /// Everything was applied and is ready: what the component had before and has no longer is deleted, unless another one has it now.
  void end(const std::string& component, const Entry& entry, std::stop_token stop);
  /// Deletes what was deployed for it, and waits until it is gone.
  void remove(const std::string& component, std::stop_token stop);

 private:
  /// Makes `edit` of the entries, and returns once that is stored. What several threads have changed meanwhile is stored at once: components are deployed side by side.
  void change(const std::function<void()>& edit, std::stop_token stop);
  void delete_objects(const std::set<std::string>& paths, const std::string& but_of, std::stop_token stop);

  const KubeApi& api_;
  const std::string name_space_, path_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  uint64_t changes_ = 0;
  std::mutex turn_;      ///< of who stores; taken before the other
  uint64_t stored_ = 0;  ///< the changes until then; with `turn_`
};

}  // namespace harness
