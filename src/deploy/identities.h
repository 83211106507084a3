#pragma once

#include <set>
#include <vector>

#include "cluster/objects.h"
#include "deploy/manifest.h"

namespace harness {

/// Which types have objects that lie in no namespace, as far as manifests tell: Kubernetes' own, and those of
/// definitions that say so.
class Scopes {
 public:
  Scopes() = default;
  /// Learns from the definitions among `objects`.
  void add(const std::vector<Object>& objects);
  bool is_cluster_wide(const GroupKind& type) const;
  /// Whether it can tell.
  bool knows(const GroupKind& type) const;

 private:
  std::set<GroupKind> cluster_wide_, namespaced_;
};

Identity identity_of(const Object& object, const Scopes& scopes);

/// Throws Error (kUsage) that names both places where two of `objects` are the same object, whichever version
/// they are written in. A Namespace may be written several times in the same words: each manifest that needs
/// it does so.
void check_identities(const std::vector<const Object*>& objects, const Scopes& scopes);

}  // namespace harness
