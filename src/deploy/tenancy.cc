#include "deploy/tenancy.h"

#include <map>

#include "base/error.h"
#include "deploy/identities.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr const char* kNamespaces = "/api/v1/namespaces";
constexpr std::chrono::seconds kPatience{120};

std::string owner_of(const Json& object) {
  return object.value(Json::json_pointer(std::string("/metadata/labels/") + Tenancy::kLabel), "");
}

/// Rights run nothing. An operator needs some in kube-system, such as those to read
/// extension-apiserver-authentication.
bool grants_rights(const Identity& id) {
  return id.type.group == "rbac.authorization.k8s.io" &&
         (id.type.kind == "Role" || id.type.kind == "RoleBinding");
}

Error somebody_elses(const std::string& what, std::string hint) {
  return Error(what + " is in the cluster already, and this harness did not make it",
               {.hint = std::move(hint), .exit_code = kDeploy});
}

}  // namespace

bool Tenancy::is_own(const std::string& name_space, std::stop_token stop) const {
  const std::string path = std::string(kNamespaces) + "/" + name_space;
  auto found = api_.get(path, stop);
  if (found.is_null()) {
    const Json wanted{{"apiVersion", "v1"},
                      {"kind", "Namespace"},
                      {"metadata", {{"name", name_space}, {"labels", {{kLabel, owner_}}}}}};
    try {
      found = api_.ask(kNamespaces, wanted, stop);
    } catch (const Error& e) {
      found = api_.get(path, stop);  // another step was faster
      if (found.is_null())
        throw Error(
            "cannot make namespace " + name_space + ": " + e.what(),
            {.hint = "the kubeconfig's user must be allowed to make namespaces", .exit_code = kDeploy});
    }
  }
  if (owner_of(found) != owner_) return false;
  if (!found["metadata"].contains("deletionTimestamp")) return true;
  wait_until_gone(api_, path, kPatience, stop);
  return is_own(name_space, stop);
}

void Tenancy::claim(const std::string& name_space, std::stop_token stop) const {
  if (!is_own(name_space, stop))
    throw somebody_elses("namespace " + name_space,
                         "leave namespace: out of the manifest, or write ${HARNESS_NAMESPACE} and "
                         "substitute: HARNESS_NAMESPACE at the component");
}

void Tenancy::claim(const std::vector<Object>& objects, const Inventory& inventory,
                    std::stop_token stop) const {
  for (const auto& object : objects)
    if (object.kind == "Namespace" && object.api_version == "v1") claim(object.name, stop);
  Scopes scopes;
  scopes.add(objects);
  std::map<std::string, bool> own;
  for (const auto& object : objects) {
    if (object.kind == "Namespace" && object.api_version == "v1") continue;
    auto id = identity_of(object, scopes);
    if (!scopes.knows(id.type) && api_.is_cluster_wide(object.api_version, object.kind, stop))
      id.name_space.clear();
    if (!id.name_space.empty()) {  // of a type that is defined later, too
      if (!own.contains(id.name_space)) own[id.name_space] = is_own(id.name_space, stop);
      if (own[id.name_space]) continue;
      if (!grants_rights(id)) claim(id.name_space, stop);
    }
    const auto path = path_of(api_, {id, object.api_version}, stop);
    if (path && !inventory.knows(id) && !api_.get(*path, stop).is_null())
      throw somebody_elses(id.title(),
                           "give it another name: one with ${HARNESS_NAMESPACE} in it, and substitute: "
                           "HARNESS_NAMESPACE at the component");
  }
}

std::set<std::string> Tenancy::namespaces(std::stop_token stop) const {
  std::set<std::string> names;
  const Json list = api_.get(std::string(kNamespaces) + "?labelSelector=" + kLabel + "%3D" + owner_, stop)
                        .value("items", Json::array());
  for (const auto& item : list) names.insert(item["metadata"]["name"].get<std::string>());
  return names;
}

std::set<std::string> Tenancy::withdraw(std::stop_token stop) const {
  const auto names = namespaces(stop);
  Inventory inventory(api_, owner_, stop);
  const Waiting waiting{.deadline = std::chrono::steady_clock::now() + kPatience};
  inventory.remove(inventory.components(), waiting, stop);
  // Last the namespace that has the inventory: should this be ended, the next one knows the rest.
  std::set<std::string> paths;
  for (const auto& name : names)
    if (name != owner_) paths.insert(std::string(kNamespaces) + "/" + name);
  for (const auto& path : paths) api_.remove(path, stop);
  for (const auto& path : paths) wait_until_gone(api_, path, kPatience, stop);
  if (!names.contains(owner_)) return names;
  const std::string own = std::string(kNamespaces) + "/" + owner_;
  api_.remove(own, stop);
  wait_until_gone(api_, own, kPatience, stop);
  return names;
}

}  // namespace harness
