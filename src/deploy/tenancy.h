#pragma once

#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/kube_api.h"
#include "deploy/inventory.h"
#include "deploy/manifest.h"

namespace harness {

/// What an instance has in a cluster that the user gave: namespaces with a label of its own, and objects that
/// its inventory knows: cluster-wide ones, and Roles and RoleBindings in Kubernetes' own namespaces. It
/// changes and deletes nothing else.
class Tenancy {
 public:
  static constexpr const char* kLabel = "harness.instance";

  /// `owner`: the label's value, and the name of the namespace in which the inventory is.
  Tenancy(const KubeApi& api, std::string owner) : api_(api), owner_(std::move(owner)) {}

  /// Makes the namespace, or finds it as the instance's own. Throws Error (kDeploy) where it is somebody
  /// else's.
  void claim(const std::string& name_space, std::stop_token stop) const;
  /// Sees to it that these may be applied: claims their namespaces, and those that are among them. Throws
  /// Error (kDeploy) where one would lie in somebody else's namespace, or is a cluster-wide object (or a Role
  /// or RoleBinding of such a namespace) that is there and that `inventory` does not know.
  void claim(const std::vector<Object>& objects, const Inventory& inventory, std::stop_token stop) const;

  std::set<std::string> namespaces(std::stop_token stop) const;
  /// Deletes all that the instance has, and waits until it is gone. Gives back the names of its namespaces.
  std::set<std::string> withdraw(std::stop_token stop) const;

 private:
  /// Makes the namespace where it is missing; false where it is somebody else's.
  bool is_own(const std::string& name_space, std::stop_token stop) const;

  const KubeApi& api_;
  const std::string owner_;
};

}  // namespace harness
