#include "deploy/tenancy.h"

#include <algorithm>

#include "base/error.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr const char* kNamespaces = "/api/v1/namespaces";
constexpr std::chrono::seconds kPatience{120};

std::string owner_of(const Json& object) { return object.value(Json::json_pointer(std::string("/metadata/labels/") + Tenancy::kLabel), ""); }

bool knows(const Inventory& inventory, const std::string& path) {
  const auto components = inventory.components();
  return std::any_of(components.begin(), components.end(), [&](const auto& name) { return inventory.entry(name).objects.contains(path); });
}

}  // namespace

void Tenancy::claim(const std::string& name_space, std::stop_token stop) const {
  const std::string path = std::string(kNamespaces) + "/" + name_space;
  auto found = api_.get(path, stop);
  if (found.is_null()) {
    const Json wanted{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name_space}, {"labels", {{kLabel, owner_}}}}}};
    try {
      found = api_.ask(kNamespaces, wanted, stop);
    } catch (const Error& e) {
      found = api_.get(path, stop);  // another step was faster
      if (found.is_null()) throw Error("cannot make namespace " + name_space + ": " + e.what(), {.hint = "the kubeconfig's user must be allowed to make namespaces", .exit_code = kDeploy});
    }
  }
  if (owner_of(found) != owner_)
    throw Error("namespace " + name_space + " is in the cluster already, and none of this harness's", {.hint = "leave namespace: out of the manifest, or write ${HARNESS_NAMESPACE}: the harness has namespaces of its own", .exit_code = kDeploy});
  if (found["metadata"].contains("deletionTimestamp")) {
    wait_until_gone(api_, path, kPatience, stop);
    claim(name_space, stop);
  }
}

void Tenancy::claim(const std::vector<Object>& objects, const Inventory& inventory, std::stop_token stop) const {
  for (const auto& object : objects)
    if (object.kind == "Namespace" && object.api_version == "v1") claim(object.name, stop);
  std::set<std::string> claimed;
  for (const auto& object : objects) {
    if (!api_.knows(object.api_version, object.kind, stop) || (object.kind == "Namespace" && object.api_version == "v1")) continue;
    const auto collection = api_.collection(object.api_version, object.kind, object.name_space, stop);
    if (collection.find("/namespaces/") != std::string::npos) {
      if (claimed.insert(object.name_space).second) claim(object.name_space, stop);
      continue;
    }
    const auto path = collection + "/" + object.name;
    if (!knows(inventory, path) && !api_.get(path, stop).is_null())
      throw Error(object.kind + " " + object.name + " is in the cluster already, and none of this harness's", {.hint = "give it another name, with ${HARNESS_NAMESPACE} in it for one", .exit_code = kDeploy});
  }
}

std::set<std::string> Tenancy::namespaces(std::stop_token stop) const {
  std::set<std::string> names;
  const Json list = api_.get(std::string(kNamespaces) + "?labelSelector=" + kLabel + "%3D" + owner_, stop).value("items", Json::array());
  for (const auto& item : list) names.insert(item["metadata"]["name"].get<std::string>());
  return names;
}

std::set<std::string> Tenancy::withdraw(std::stop_token stop) const {
  const auto names = namespaces(stop);
  std::set<std::string> paths;
  const Inventory inventory(api_, owner_, stop);
  for (const auto& component : inventory.components())
    for (const auto& path : inventory.entry(component).objects)
      if (path.find("/namespaces/") == std::string::npos) paths.insert(path);
  // Last the namespace that has the inventory: should this be ended, the next one knows the rest.
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
