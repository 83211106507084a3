#include "deploy/identities.h"

#include <map>

#include "base/error.h"
#include "deploy/install_order.h"

namespace harness {

void Scopes::add(const std::vector<Object>& objects) {
  for (const auto& object : objects)
    if (is_definition(object))
      (text_at(object.body, "/spec/scope") == "Cluster" ? cluster_wide_ : namespaced_)
          .insert({text_at(object.body, "/spec/group"), text_at(object.body, "/spec/names/kind")});
}

bool Scopes::is_cluster_wide(const GroupKind& type) const {
  return harness::is_cluster_wide(type.group, type.kind) || cluster_wide_.contains(type);
}

bool Scopes::knows(const GroupKind& type) const {
  return install_rank(type.group, type.kind) < kCustomRank || cluster_wide_.contains(type) ||
         namespaced_.contains(type);
}

Identity identity_of(const Object& object, const Scopes& scopes) {
  const auto type = type_of(object.api_version, object.kind);
  return {type, scopes.is_cluster_wide(type) ? "" : object.name_space, object.name};
}

void check_identities(const std::vector<const Object*>& objects, const Scopes& scopes) {
  std::map<Identity, const Object*> seen;
  for (const auto* object : objects) {
    const auto [first, is_new] = seen.emplace(identity_of(*object, scopes), object);
    if (is_new || (object->kind == "Namespace" && object->body == first->second->body)) continue;
    throw Error(
        place_of(*object) + ": " + first->first.title() + " is in " + place_of(*first->second) + " already",
        {.hint = "the one that is applied last would win: leave one of them out, or give it another name or "
                 "namespace",
         .exit_code = kUsage});
  }
}

}  // namespace harness
