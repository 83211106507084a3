#include "deploy/tenancy.h"

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

}  // namespace

void Tenancy::claim(const std::string& name_space, std::stop_token stop) const {
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
  if (owner_of(found) != owner_)
    throw Error("namespace " + name_space + " is in the cluster already, and this harness did not make it",
                {.hint = "leave namespace: out of the manifest, or write ${HARNESS_NAMESPACE} and "
                         "substitute: HARNESS_NAMESPACE at the component",
                 .exit_code = kDeploy});
  if (found["metadata"].contains("deletionTimestamp")) {
    wait_until_gone(api_, path, kPatience, stop);
    claim(name_space, stop);
  }
}

void Tenancy::claim(const std::vector<Object>& objects, const Inventory& inventory,
                    std::stop_token stop) const {
  for (const auto& object : objects)
    if (object.kind == "Namespace" && object.api_version == "v1") claim(object.name, stop);
  Scopes scopes;
  scopes.add(objects);
  std::set<std::string> claimed;
  for (const auto& object : objects) {
    if (object.kind == "Namespace" && object.api_version == "v1") continue;
    auto id = identity_of(object, scopes);
    if (!scopes.knows(id.type) && api_.is_cluster_wide(object.api_version, object.kind, stop))
      id.name_space.clear();
    if (!id.name_space.empty()) {  // of a type that is defined later, too
      if (claimed.insert(id.name_space).second) claim(id.name_space, stop);
      continue;
    }
    const auto path = path_of(api_, {id, object.api_version}, stop);
    if (path && !inventory.knows(id) && !api_.get(*path, stop).is_null())
      throw Error(
          object.kind + " " + object.name + " is in the cluster already, and this harness did not make it",
          {.hint = "give it another name: one with ${HARNESS_NAMESPACE} in it, and substitute: "
                   "HARNESS_NAMESPACE at the component",
           .exit_code = kDeploy});
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
