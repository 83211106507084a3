#include "cluster/leftovers.h"

#include <algorithm>
#include <future>
#include <set>

namespace harness {

namespace {

using Json = nlohmann::json;

/// "/api/v1/pods" and the like: where all objects of a type are listed.
struct Type {
  std::string kind, root, plural;
};

bool has(const Json& verbs, const char* verb) {
  return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

/// Every type in two requests
/// (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery).
std::vector<Type> all_types(const KubeApi& api, std::stop_token stop) {
  std::vector<Type> types;
  for (const std::string root : {"/api", "/apis"}) {
    const Json list =
        api.get_as("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", root, stop);
    for (const auto& group : list.value("items", Json::array())) {
      const std::string name = group.at("metadata").value("name", "");
      for (const auto& version : group.value("versions", Json::array())) {
        for (const auto& resource : version.value("resources", Json::array())) {
          const auto verbs = resource.value("verbs", Json::array());
          if (has(verbs, "list") && has(verbs, "delete"))
            types.push_back({resource.value(Json::json_pointer("/responseKind/kind"), ""),
                             root + (name.empty() ? "" : "/" + name) + "/" + version.value("version", ""),
                             resource.value("resource", "")});
        }
        break;  // the first one is the preferred one
      }
    }
  }
  return types;
}

std::string path_of(const Type& type, const std::string& name_space, const std::string& name) {
  return type.root + (name_space.empty() ? "" : "/namespaces/" + name_space) + "/" + type.plural + "/" + name;
}

}  // namespace

std::string Leftover::text() const {
  return kind + " " + (name_space.empty() ? "" : name_space + "/") + name +
         (test.empty() ? "" : " of " + test);
}

std::vector<Leftover> find_leftovers(const KubeApi& api, const std::string& run, std::stop_token stop) {
  const std::string selector =
      std::string("?labelSelector=") + (run.empty() ? "test.harness%2Frun" : "test.harness%2Frun%3D" + run);
  const auto types = all_types(api, stop);
  std::vector<std::future<Json>> lists;
  for (const auto& type : types)
    lists.push_back(std::async(
        std::launch::async,
        [&api, stop, path = type.root + "/" + type.plural + selector] { return api.get(path, stop); }));
  std::vector<Leftover> all;
  std::set<std::string> namespaces;
  for (size_t i = 0; i < types.size(); ++i) {
    const Type& type = types[i];
    const Json list = lists[i].get();
    if (!list.is_object() || type.kind == "Event") continue;
    for (const auto& item : list.value("items", Json::array())) {
      const Json& meta = item.at("metadata");
      if (meta.contains("ownerReferences")) continue;
      const auto labels = meta.value("labels", Json::object());
      const std::string name_space = meta.value("namespace", ""), name = meta.value("name", "");
      if (type.kind == "Namespace") namespaces.insert(name);
      all.push_back({type.kind, name_space, name, path_of(type, name_space, name),
                     labels.value(kTestLabel, ""), labels.value(kRunLabel, ""),
                     labels.value(kKeptLabel, "") == "true"});
    }
  }
  std::erase_if(all, [&](const auto& one) { return namespaces.contains(one.name_space); });
  return all;
}

void remove_leftovers(const KubeApi& api, const std::vector<Leftover>& leftovers,
                      std::chrono::seconds patience, std::stop_token stop) {
  for (const auto& one : leftovers) api.remove(one.path, stop);
  for (const auto& one : leftovers) wait_until_gone(api, one.path, patience, stop);
}

}  // namespace harness
