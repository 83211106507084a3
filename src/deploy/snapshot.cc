#include "deploy/snapshot.h"

#include "deploy/autoscaling.h"

namespace harness {

using Json = nlohmann::json;

const std::map<std::string, Json>& Snapshot::all(const std::string& collection, std::stop_token stop) {
  List* list = nullptr;
  {
    const std::lock_guard lock(mutex_);
    list = &lists_[collection];
  }
  std::call_once(list->once, [&] {
    const Json answer = api_.get(collection, stop);
    const Json items = answer.is_object() ? answer.value("items", Json::array()) : Json::array();
    for (const auto& item : items) list->objects[item["metadata"].value("name", "")] = item;
  });
  return list->objects;
}

const Json* Snapshot::find(const std::string& collection, const std::string& name, std::stop_token stop) {
  const auto& objects = all(collection, std::move(stop));
  const auto found = objects.find(name);
  return found == objects.end() ? nullptr : &found->second;
}

std::vector<const Json*> Snapshot::pods_of(const GroupKind& type, const Json& workload,
                                           std::stop_token stop) {
  const auto name_space = namespace_of(workload);
  Owners* owners = nullptr;
  {
    const std::lock_guard lock(mutex_);
    owners = &owners_[name_space];
  }
  std::call_once(owners->once, [&] {
    const auto list = [&](const std::string& root, const char* plural) -> const auto& {
      return all(root + "/namespaces/" + name_space + "/" + plural, stop);
    };
    owners->owners.emplace(list("/api/v1", "pods"), list("/apis/apps/v1", "replicasets"),
                           list("/apis/batch/v1", "jobs"));
  });
  return owners->owners->of(type, workload);
}

void Mark::add(Json stored, const Json& applied) {
  if (leaves_replicas(type_of(applied), applied)) stored["spec"].erase("replicas");
  // Items of a list have neither of these two; the others follow from the rest, or from what was rolled out
  // when.
  for (const char* field : {"apiVersion", "kind", "status"}) stored.erase(field);
  auto& metadata = stored["metadata"];
  for (const char* field : {"resourceVersion", "managedFields", "generation"}) metadata.erase(field);
  // What the scheduler decides of a Pod, and whoever binds a claim.
  if (const auto spec = stored.find("spec"); spec != stored.end() && spec->is_object()) {
    if (spec->contains("containers")) spec->erase("nodeName");
    if (spec->contains("accessModes")) spec->erase("volumeName");
  }
  if (metadata.contains("annotations")) {
    metadata["annotations"].erase("deployment.kubernetes.io/revision");
    if (metadata["annotations"].empty()) metadata.erase("annotations");
  }
  hash_.update(stored.dump() + "\n");
}

}  // namespace harness
