#include "deploy/snapshot.h"

#include "deploy/applied_fields.h"
#include "deploy/take_over.h"

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

void Mark::add(const Json& stored, const Json& applied) {
  Json wanted = applied;
  // Items of a list have neither of the first two; the third says what controllers do.
  for (const char* field : {"apiVersion", "kind", "status"}) wanted.erase(field);
  wanted["metadata"].erase("resourceVersion");
  const Json fields{{"applied", applied_fields(stored, wanted)},
                    {"by hand", fields_changed_by_hand(stored)},
                    {"uid", uid_of(stored)},
                    {"is ending", is_ending(stored)}};
  hash_.update(fields.dump() + "\n");
}

}  // namespace harness
