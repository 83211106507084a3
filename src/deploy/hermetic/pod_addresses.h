#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "cluster/kube_api.h"
#include "deploy/manifest.h"

namespace harness {

/// "default/Deployment/deck": of an object, and of what a pod was made for in the end: its Deployment, not
/// its ReplicaSet; a pod that was made by nobody is its own.
std::string workload_key(const Object& object);
std::string workload_key(const nlohmann::json& pod);

/// Which pod had which address, for as long as this object lives: a pod that is gone is still known. Watches
/// on a thread of its own.
class PodAddresses {
 public:
  struct Pod {
    std::string component;  ///< whose manifest has its workload; else ""
    std::string name;       ///< "default/deck-6d9c-x2x"
    bool alive = true;
    std::string shown() const { return component.empty() ? "pod " + name : component; }
  };
  using Map = std::map<std::string, Pod>;  ///< by address; pods in the node's own network have none

  /// `components`: workload -> component. `on_change` is called on the watching thread, and `warn` where pods
  /// cannot be followed for a while, and once they can.
  PodAddresses(const KubeApi& api, std::map<std::string, std::string> components,
               std::function<void()> on_change, std::function<void(const std::string&)> warn);
  Map all() const;

 private:
  void follow(const KubeApi& api, std::stop_token ended);
  bool take(bool gone, const nlohmann::json& pod);

  const std::map<std::string, std::string> components_;
  const std::function<void()> on_change_;
  const std::function<void(const std::string&)> warn_;
  mutable std::mutex mutex_;
  Map pods_;
  std::jthread thread_;
};

}  // namespace harness
