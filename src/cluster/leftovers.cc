#include "cluster/leftovers.h"

#include <algorithm>
#include <condition_variable>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// "/api/v1/pods" and the like: where all objects of a type are listed.
struct Type {
  std::string kind, root, plural;
};

bool has(const Json& verbs, const char* verb) { return std::find(verbs.begin(), verbs.end(), verb) != verbs.end(); }

void add_types(const KubeApi& api, const std::string& root, std::vector<Type>& types, std::stop_token stop) {
  const Json list = api.get(root, stop);
  if (!list.is_object()) return;
  for (const auto& resource : list.value("resources", Json::array())) {
    const auto verbs = resource.value("verbs", Json::array());
    if (has(verbs, "list") && has(verbs, "delete")) types.push_back({resource.value("kind", ""), root, resource.value("name", "")});
  }
}

std::vector<Type> all_types(const KubeApi& api, std::stop_token stop) {
  std::vector<Type> types;
  add_types(api, "/api/v1", types, stop);
  const Json groups = api.get("/apis", stop);
  if (groups.is_object())
    for (const auto& group : groups.value("groups", Json::array()))
      add_types(api, "/apis/" + group.value(Json::json_pointer("/preferredVersion/groupVersion"), std::string()), types, stop);
  return types;
}

std::string path_of(const Type& type, const std::string& name_space, const std::string& name) {
  return type.root + (name_space.empty() ? "" : "/namespaces/" + name_space) + "/" + type.plural + "/" + name;
}

}  // namespace

std::string Leftover::text() const { return kind + " " + (name_space.empty() ? "" : name_space + "/") + name + (test.empty() ? "" : " of " + test); }

std::vector<Leftover> find_leftovers(const KubeApi& api, const std::string& run, std::stop_token stop) {
  const std::string selector = std::string("?labelSelector=") + (run.empty() ? "test.harness%2Frun" : "test.harness%2Frun%3D" + run);
  std::vector<Leftover> all;
  std::set<std::string> namespaces;
  for (const auto& type : all_types(api, stop)) {
    if (type.kind == "Event") continue;
    const Json list = api.get(type.root + "/" + type.plural + selector, stop);
    if (!list.is_object()) continue;
    for (const auto& item : list.value("items", Json::array())) {
      const Json& meta = item.at("metadata");
      if (meta.contains("ownerReferences")) continue;
      const auto labels = meta.value("labels", Json::object());
      const std::string name_space = meta.value("namespace", ""), name = meta.value("name", "");
      if (type.kind == "Namespace") namespaces.insert(name);
      all.push_back({type.kind, name_space, name, path_of(type, name_space, name), labels.value(kTestLabel, ""), labels.value(kRunLabel, ""),
                     labels.value(kKeptLabel, "") == "true"});
    }
  }
  std::erase_if(all, [&](const auto& one) { return namespaces.contains(one.name_space); });
  return all;
}

void remove_leftovers(const KubeApi& api, const std::vector<Leftover>& leftovers, std::chrono::seconds patience, std::stop_token stop) {
  for (const auto& one : leftovers) api.remove(one.path, stop);
  const auto end = std::chrono::steady_clock::now() + patience;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  for (const auto& one : leftovers)
    while (true) {
      const Json object = api.get(one.path, stop);
      if (object.is_null()) break;
      if (std::chrono::steady_clock::now() > end)
        throw Error(one.text() + " does not go", {.output_tail = object.value("status", Json::object()).dump(2),
                                                  .hint = "kubectl get " + one.kind + " " + one.name + " -o yaml shows its finalizers", .exit_code = kCluster});
      wake.wait_for(lock, stop, std::chrono::milliseconds(100), [&] { return stop.stop_requested(); });
      if (stop.stop_requested()) throw Cancelled();
    }
}

}  // namespace harness
