#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"
#include "cluster/objects.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// An object that was deployed.
struct InventoryRecord {
  Identity id;
  std::string api_version;  ///< that it was applied by
  bool was_there = false;   ///< before it was first applied: it is not the harness's to delete
};

/// Where a record's object is at the API, by whichever version of its group is served now. Nothing where its
/// type is not.
std::optional<std::string> path_of(const KubeApi& api, const InventoryRecord& record, std::stop_token stop);

/// What was deployed into a cluster, kept in it (a ConfigMap "harness", in kube-system where the cluster is
/// the harness's own): what a project no longer has can be removed, whoever deployed it. Objects are known by
/// their identity: another apiVersion is no other object. Thread-safe.
class Inventory {
 public:
  using Records = std::map<Identity, InventoryRecord>;
  struct Entry {
    std::string hash;  ///< of all that was applied; empty while it is being deployed
    Records objects;
    std::string mark;  ///< of the objects as they were then (Snapshot)
  };

  Inventory(const KubeApi& api, const std::string& name_space, std::stop_token stop);

  /// What the gateway is known by, which is no component: those have no dot in their names.
  static constexpr const char* kGateway = "harness.gateway";

  /// An empty one where nothing of that name was deployed.
  Entry entry(const std::string& component) const;
  std::vector<std::string> components() const;  ///< without the gateway
  bool knows(const Identity& id) const;
  /// Before anything of it is applied: should this process be killed, nothing is forgotten. Those that nobody
  /// has deployed yet are looked for in the cluster.
  void begin(const std::string& component, const Records& objects, std::stop_token stop);
  /// Everything was applied and is ready: what the component had before and has no longer is deleted, unless
  /// another one has it now, or it was there before.
  void end(const std::string& component, Entry entry, const Waiting& waiting, std::stop_token stop);
  /// Deletes what was deployed for these, and waits until it is gone. Gives back what stays, since it was
  /// there before.
  std::vector<Identity> remove(const std::vector<std::string>& components, const Waiting& waiting,
                               std::stop_token stop);

 private:
  /// Makes `edit` of the entries, and returns once that is stored. What several threads have changed
  /// meanwhile is stored at once: components are deployed side by side.
  void change(const std::function<void()>& edit, std::stop_token stop);
  void store(const nlohmann::json& map, std::stop_token stop) const;
  void delete_objects(Records records, const std::set<std::string>& but_of, const Waiting& waiting,
                      std::stop_token stop);
  const InventoryRecord* find(const Identity& id) const;

  const KubeApi& api_;
  const std::string name_space_, path_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::set<Identity> leaving_;  ///< being deleted: nobody applies one of them until it is gone
  std::condition_variable_any gone_;
  uint64_t changes_ = 0;
  std::mutex turn_;      ///< of who stores; taken before the other
  uint64_t stored_ = 0;  ///< the changes until then; with `turn_`
};

}  // namespace harness
