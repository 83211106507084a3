#include "driver/fake_cluster.h"

#include <set>
#include <tuple>

#include "base/hash.h"
#include "base/text.h"
#include "driver/fake_rules.h"

namespace {

using Json = nlohmann::json;

/// "/api/v1/namespaces/NS/pods/p" in its parts; what is not there is empty.
struct Place {
  std::string root, name_space, plural, name;
};

using Type = FakeCluster::Type;
const std::vector<Type> kTypes = {
    {"/api/v1", "namespaces", "Namespace", false},
    {"/api/v1", "nodes", "Node", false},
    {"/api/v1", "persistentvolumes", "PersistentVolume", false},
    {"/api/v1", "pods", "Pod", true},
    {"/api/v1", "configmaps", "ConfigMap", true},
    {"/api/v1", "services", "Service", true},
    {"/api/v1", "events", "Event", true},
    {"/apis/apps/v1", "deployments", "Deployment", true},
    {"/apis/apps/v1", "replicasets", "ReplicaSet", true},
    {"/apis/apps/v1", "statefulsets", "StatefulSet", true},
    {"/apis/apps/v1", "daemonsets", "DaemonSet", true},
    {"/api/v1", "secrets", "Secret", true},
    {"/api/v1", "serviceaccounts", "ServiceAccount", true},
    {"/api/v1", "persistentvolumeclaims", "PersistentVolumeClaim", true},
    {"/apis/batch/v1", "jobs", "Job", true},
    {"/apis/autoscaling/v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true},
    {"/apis/autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true},
    {"/apis/storage.k8s.io/v1", "storageclasses", "StorageClass", false},
    {"/apis/rbac.authorization.k8s.io/v1", "clusterrolebindings", "ClusterRoleBinding", false},
    {"/apis/rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding", true},
    {"/apis/discovery.k8s.io/v1", "endpointslices", "EndpointSlice", true},
    {"/apis/admissionregistration.k8s.io/v1", "validatingwebhookconfigurations",
     "ValidatingWebhookConfiguration", false},
    {"/apis/apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition", false}};

Place place_of(const std::string& path);

/// Objects are stored once, whichever version they are asked for by: that which comes first.
std::string stored_path(std::string path, const std::vector<Type>& types) {
  const auto place = place_of(path);
  const auto group = place.root.substr(0, place.root.rfind('/'));
  for (const auto& type : types)
    if (type.plural == place.plural && type.root.substr(0, type.root.rfind('/')) == group)
      return path.replace(0, place.root.size(), type.root);
  return path;
}

constexpr const char* kRevision = "deployment.kubernetes.io/revision";

Place place_of(const std::string& path) {
  auto parts = harness::split(path.substr(1), '/');
  const size_t root = std::min<size_t>(parts[0] == "api" ? 2 : 3, parts.size());
  Place place;
  for (size_t i = 0; i < root; ++i) place.root += "/" + parts[i];
  parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(root));
  if (parts.size() > 2 && parts[0] == "namespaces") {
    place.name_space = parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  if (!parts.empty()) place.plural = parts[0];
  if (parts.size() > 1) place.name = parts[1];
  return place;
}

std::string path_of(const std::string& root, const std::string& name_space, const std::string& plural,
                    const std::string& name) {
  return root + "/namespaces/" + name_space + "/" + plural + "/" + name;
}

const Type* type_of(const Place& place, const std::vector<Type>& types) {
  for (const auto& type : types)
    if (place.root == type.root && place.plural == type.plural) return &type;
  return nullptr;
}

/// The value of a parameter, decoded.
std::string parameter(const std::string& query, const std::string& name) {
  for (const auto& part : harness::split(query, '&')) {
    if (!part.starts_with(name + "=")) continue;
    std::string value = part.substr(name.size() + 1);
    for (size_t at = 0; (at = value.find('%', at)) != std::string::npos; ++at)
      value.replace(at, 3, 1, static_cast<char>(std::stoi(value.substr(at + 1, 2), nullptr, 16)));
    return value;
  }
  return "";
}

bool is_selected(const Json& object, const std::string& query) {
  const auto labels = object["metadata"].value("labels", Json::object());
  if (const auto selector = parameter(query, "labelSelector"); !selector.empty())
    for (const auto& one : harness::split(selector, ',')) {
      const auto equal = one.find('=');
      const auto key = one.substr(0, equal);
      if (!labels.contains(key) || (equal != std::string::npos && labels[key] != one.substr(equal + 1)))
        return false;
    }
  const auto field = parameter(query, "fieldSelector");
  return field.empty() || field == "metadata.name=" + object["metadata"]["name"].get<std::string>();
}

/// The names of ConfigMaps anywhere in a pod's spec.
void collect_config_maps(const Json& spec, std::set<std::string>& names) {
  if (spec.is_object())
    for (const char* key : {"configMap", "configMapRef", "configMapKeyRef"})
      if (spec.contains(key)) names.insert(spec[key].at("name").get<std::string>());
  if (spec.is_structured())
    for (const auto& child : spec) collect_config_maps(child, names);
}

Json discovery(const std::string& root, const std::vector<Type>& types) {
  Json resources = Json::array();
  for (const auto& type : types)
    if (type.root == root)
      resources.push_back({{"name", type.plural}, {"kind", type.kind}, {"namespaced", type.namespaced}});
  return {{"resources", resources}};
}

/// As of https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery.
Json aggregated_discovery(const std::string& root, const std::string& group, const std::vector<Type>& types) {
  Json resources = Json::array();
  for (const auto& type : types)
    if (type.root == root + (group.empty() ? "" : "/" + group) + "/v1")
      resources.push_back({{"resource", type.plural},
                           {"responseKind", {{"kind", type.kind}}},
                           {"verbs", {"list", "delete"}}});
  return {{"items",
           {{{"metadata", group.empty() ? Json::object() : Json{{"name", group}}},
             {"versions", {{{"version", "v1"}, {"resources", resources}}}}}}}};
}

/// The versions of a group, as /apis/GROUP has them.
Json group_versions(const std::string& path, const std::vector<Type>& types) {
  Json versions = Json::array();
  std::set<std::string> seen;
  for (const auto& type : types)
    if (type.root.starts_with(path + "/") && seen.insert(type.root).second)
      versions.push_back({{"groupVersion", type.root.substr(std::string("/apis/").size())}});
  return {{"versions", versions}};
}

bool has_condition(const Json& object, const std::string& type) {
  const auto conditions = object.value(Json::json_pointer("/status/conditions"), Json::array());
  return std::any_of(conditions.begin(), conditions.end(),
                     [&](const Json& one) { return one["type"] == type && one["status"] == "True"; });
}

/// A strategic merge patch that deletes nothing: items of lists are found by their names
/// (https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/).
void merge_by_name(Json& into, const Json& change) {
  if (!change.is_structured() || into.type() != change.type()) {
    into = change;
    return;
  }
  if (change.is_object()) {
    for (const auto& [key, value] : change.items()) merge_by_name(into[key], value);
    return;
  }
  for (const auto& item : change) {
    const auto found =
        std::find_if(into.begin(), into.end(), [&](const Json& one) { return one["name"] == item["name"]; });
    found == into.end() ? into.push_back(item) : merge_by_name(*found, item);
  }
}

}  // namespace

FakeCluster::FakeCluster(const std::string& unix_socket)
    : server_([this](const auto& request, auto& reply) { answer(request, reply); }, unix_socket) {
  for (const char* name : {"default", "kube-system"})
    apply(std::string("/api/v1/namespaces/") + name, Json::object());
  apply("/api/v1/nodes/node",
        {{"spec", Json::object()},
         {"status",
          {{"nodeInfo", {{"machineID", "m1"}}}, {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}});
  const Json labels = {{"k8s-app", "kube-dns"}};
  apply("/api/v1/namespaces/kube-system/configmaps/coredns", {{"data", {{"Corefile", ".:53 {}"}}}});
  apply("/apis/apps/v1/namespaces/kube-system/deployments/coredns",
        {{"kind", "Deployment"},
         {"spec",
          {{"replicas", 1},
           {"selector", {{"matchLabels", labels}}},
           {"template",
            {{"metadata", {{"labels", labels}}},
             {"spec", {{"containers", {{{"name", "coredns"}, {"image", "coredns"}}}}}}}}}}});
}

std::map<std::string, Json> FakeCluster::objects(const std::string& plural) const {
  auto found = all(plural);
  std::erase_if(found, [](const auto& one) { return place_of(one.first).name_space == "kube-system"; });
  return found;
}

FakeCluster::Objects FakeCluster::all(const std::string& plural) const {
  const std::lock_guard lock(mutex_);
  Objects found;
  for (const auto& [path, object] : objects_)
    if (place_of(path).plural == plural) found[path] = object;
  return found;
}

void FakeCluster::apply(const std::string& path, Json object) {
  const std::lock_guard lock(mutex_);
  store(path, std::move(object));
}

void FakeCluster::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  erase(path);
}

std::vector<std::string> FakeCluster::erased() const {
  const std::lock_guard lock(mutex_);
  return erased_;
}

Json FakeCluster::store(const std::string& path, Json object, bool controllers_act) {
  const auto place = place_of(path);
  const auto before = objects_.find(path);
  const bool is_new = before == objects_.end();
  auto& meta = object["metadata"];
  meta["name"] = place.name;
  if (!place.name_space.empty()) meta["namespace"] = place.name_space;
  meta["uid"] = is_new ? Json(std::to_string(++last_uid_)) : before->second["metadata"]["uid"];
  const int generation = is_new ? 0 : before->second["metadata"]["generation"].get<int>();
  meta["generation"] =
      generation + (is_new || before->second.value("spec", Json()) != object.value("spec", Json()));
  if (!is_new && place.plural == "deployments")
    meta["annotations"][kRevision] = before->second["metadata"]["annotations"][kRevision];
  // Of server-side apply: what another one has set stays.
  if (!is_new && place.plural == "namespaces" && before->second["metadata"].contains("labels"))
    for (const auto& [key, value] : before->second["metadata"]["labels"].items())
      meta["labels"].emplace(key, value);
  for (const char* field : {"deletionTimestamp", "finalizers"})
    if (!is_new && before->second["metadata"].contains(field) && !meta.contains(field))
      meta[field] = before->second["metadata"][field];
  if (!is_new && !object.contains("status") && before->second.contains("status"))
    object["status"] = before->second["status"];
  objects_[path] = std::move(object);
  if (controllers_act && place.plural == "deployments") roll_out(path);
  if (controllers_act && place.plural == "jobs" && is_new)
    objects_[path]["status"] = {
        {"conditions",
         {{{"type", place.name.starts_with("failing") ? "Failed" : "Complete"}, {"status", "True"}}}}};
  return objects_[path];
}

/// Makes `owner` the one whose end ends `object`.
void FakeCluster::own(Json& object, const Json& owner) {
  object["metadata"]["ownerReferences"] = {{{"apiVersion", "apps/v1"},
                                            {"kind", owner["kind"]},
                                            {"name", owner["metadata"]["name"]},
                                            {"uid", owner["metadata"]["uid"]},
                                            {"controller", true}}};
}

void FakeCluster::roll_out(const std::string& path) {
  auto& deployment = objects_[path];
  const auto place = place_of(path);
  const Json pod_template = deployment["spec"]["template"];
  const auto hash = harness::sha256_hex(pod_template.dump()).substr(0, 10);
  const auto set_path = path_of("/apis/apps/v1", place.name_space, "replicasets", place.name + "-" + hash);
  const auto set_revision = [&] {
    const auto set = objects_.find(set_path);
    return set == objects_.end() ? Json() : set->second["metadata"]["annotations"][kRevision];
  };
  auto& annotations = deployment["metadata"]["annotations"];
  if (annotations.is_null()) annotations = Json::object();
  if (set_revision().is_null() || set_revision() != annotations.value(kRevision, "")) {
    annotations[kRevision] = std::to_string(std::stoi(annotations.value(kRevision, "0")) + 1);
    for (const auto& old_set : owned_by(deployment, "replicasets"))
      for (const auto& pod : owned_by(objects_[old_set], "pods")) erase(pod);
    Json set = {{"kind", "ReplicaSet"},
                {"metadata",
                 {{"labels", pod_template["metadata"]["labels"]},
                  {"annotations", {{kRevision, annotations[kRevision]}}}}},
                {"spec", {{"template", pod_template}}}};
    set["metadata"]["labels"]["pod-template-hash"] = hash;
    own(set, deployment);
    start_pod(place.name_space, store(set_path, set));
  }
  deployment["status"] = {{"observedGeneration", deployment["metadata"]["generation"]},
                          {"replicas", 1},
                          {"updatedReplicas", 1},
                          {"availableReplicas", 1}};
}

/// As the kubelet does when the images of a running pod change.
void FakeCluster::set_images(Json& pod, const Json& changes) {
  for (const auto& change : changes)
    for (size_t i = 0; i < pod["spec"]["containers"].size(); ++i) {
      if (pod["spec"]["containers"][i]["name"] != change["name"]) continue;
      pod["spec"]["containers"][i]["image"] = change["image"];
      pod["status"]["containerStatuses"][i]["imageID"] = change["image"];
    }
}

void FakeCluster::start_pod(const std::string& name_space, const Json& replica_set) {
  if (refused_by_webhook("pods")) return;
  const auto pod_template = replica_set["spec"]["template"];
  Json pod = {{"kind", "Pod"}, {"metadata", pod_template["metadata"]}, {"spec", pod_template["spec"]}};
  pod["metadata"]["labels"] = replica_set["metadata"]["labels"];
  own(pod, replica_set);
  pod["status"] = {{"phase", "Running"}, {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}};
  for (const auto& container : pod["spec"]["containers"])
    pod["status"]["containerStatuses"].push_back({{"name", container["name"]},
                                                  {"imageID", container["image"]},
                                                  {"ready", true},
                                                  {"state", {{"running", Json::object()}}}});
  std::set<std::string> names;
  collect_config_maps(pod["spec"], names);
  pod["mounted"] = Json::object();
  for (const auto& name : names)
    if (const auto map = objects_.find(path_of("/api/v1", name_space, "configmaps", name));
        map != objects_.end())
      pod["mounted"][name] = map->second["data"];
  store(path_of("/api/v1", name_space, "pods",
                replica_set["metadata"]["name"].get<std::string>() + "-" + std::to_string(last_uid_)),
        pod);
}

/// Its ReplicaSet makes another one.
void FakeCluster::replace_pod(const std::string& name_space, const Json& pod) {
  for (const auto& [path, set] : all("replicasets"))
    if (!pod.is_null() && pod["metadata"].contains("ownerReferences") &&
        pod["metadata"]["ownerReferences"][0]["uid"] == set["metadata"]["uid"])
      start_pod(name_space, set);
}

/// With what it owns; a namespace with what lies in it, a definition with its objects. What has finalizers
/// stays, and is being deleted.
void FakeCluster::erase(const std::string& path) {
  const auto found = objects_.find(path);
  if (found == objects_.end()) return;
  if (place_of(path).plural == "customresourcedefinitions")
    for (const auto& [own, object] : all(found->second["spec"]["names"]["plural"])) erase(own);
  if (!found->second["metadata"].value("finalizers", Json::array()).empty()) {
    found->second["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    return;
  }
  erased_.push_back(path);
  const Json object = found->second;
  objects_.erase(found);
  if (place_of(path).plural == "namespaces")
    std::erase_if(objects_, [&](const auto& one) {
      return one.first.starts_with(path + "/") || place_of(one.first).name_space == place_of(path).name;
    });
  for (const char* plural : {"replicasets", "pods"})
    for (const auto& owned : owned_by(object, plural)) erase(owned);
}

std::vector<std::string> FakeCluster::owned_by(const Json& owner, const std::string& plural) const {
  std::vector<std::string> paths;
  for (const auto& [path, object] : all(plural))
    if (object["metadata"]["ownerReferences"][0]["uid"] == owner["metadata"]["uid"]) paths.push_back(path);
  return paths;
}

FakeCluster::Objects FakeCluster::select(const std::string& collection, const std::string& query) const {
  const auto wanted = place_of(collection);
  Objects found;
  for (const auto& [path, object] : all(wanted.plural))
    if ((wanted.name_space.empty() || place_of(path).name_space == wanted.name_space) &&
        is_selected(object, query))
      found[path] = object;
  return found;
}

/// Its own types, and those of definitions once they are established: some requests after they were applied.
std::vector<Type> FakeCluster::types() {
  const std::lock_guard lock(mutex_);
  auto types = kTypes;
  for (auto& [path, definition] : objects_) {
    if (place_of(path).plural != "customresourcedefinitions") continue;
    if (!has_condition(definition, "Established") && ++looks_[path] > kLooksUntilEstablished)
      definition["status"] = {{"conditions", {{{"type", "Established"}, {"status", "True"}}}}};
    if (!has_condition(definition, "Established")) continue;
    const auto& spec = definition["spec"];
    for (const auto& version : spec["versions"])
      types.push_back({"/apis/" + spec["group"].get<std::string>() + "/" + version["name"].get<std::string>(),
                       spec["names"]["plural"], spec["names"]["kind"], spec["scope"] == "Namespaced"});
  }
  return types;
}

/// Whether a webhook of this type of objects has nobody who answers.
std::optional<FakeRefusal> FakeCluster::refused_by_webhook(const std::string& plural) const {
  for (const auto& [path, configuration] : all("validatingwebhookconfigurations"))
    for (const auto& webhook : configuration.value("webhooks", Json::array()))
      for (const auto& rule : webhook["rules"]) {
        if (std::find(rule["resources"].begin(), rule["resources"].end(), plural) == rule["resources"].end())
          continue;
        const auto& service = webhook["clientConfig"]["service"];
        const auto found =
            objects_.find(path_of("/api/v1", service["namespace"], "services", service["name"]));
        bool answers = false;
        if (found != objects_.end())
          for (const auto& [pod_path, pod] : all("pods"))
            for (const auto& [key, value] : found->second["spec"]["selector"].items())
              answers = answers || pod["metadata"]["labels"].value(key, Json()) == value;
        if (!answers)
          return refusal_with(
              500, "InternalError",
              "Internal error occurred: failed calling webhook \"" + webhook["name"].get<std::string>() +
                  "\": no endpoints available for service \"" + service["name"].get<std::string>() + "\"");
      }
  return std::nullopt;
}

/// Of a Service, with its pods.
Json FakeCluster::endpoint_slices(const std::string& name_space, const std::string& selector) const {
  const auto service =
      objects_.find(path_of("/api/v1", name_space, "services", selector.substr(selector.find('=') + 1)));
  Json endpoints = Json::array();
  if (service != objects_.end())
    for (const auto& [path, pod] : all("pods")) {
      bool selected = place_of(path).name_space == name_space;
      for (const auto& [key, value] : service->second["spec"]["selector"].items())
        selected = selected && pod["metadata"]["labels"].value(key, Json()) == value;
      if (selected) endpoints.push_back({{"conditions", {{"ready", true}}}});
    }
  return {{{"metadata", {{"name", "slice"}}}, {"endpoints", endpoints}}};
}

std::optional<FakeRefusal> FakeCluster::refused(const std::string& path, const Json& object) const {
  if (auto refusal = refuse_types(object)) return refusal;
  if (auto refusal = refuse_object(object)) return refusal;
  if (const auto before = objects_.find(path); before != objects_.end())
    if (auto refusal = refuse_change(before->second, object)) return refusal;
  return refused_by_webhook(place_of(path).plural);
}

void FakeCluster::answer(const HttpServer::Request& request, HttpServer::Answer& answer) {
  const auto question = std::min(request.target.find('?'), request.target.size());
  const std::string asked = request.target.substr(0, question),
                    query = request.target.substr(std::min(question + 1, request.target.size()));
  const std::string path = asked.starts_with("/api") ? stored_path(asked, kTypes) : asked;
  if (path == "/readyz") return answer.reply(200, "ok");
  const auto types = this->types();
  if (path == "/api") return answer.reply(200, aggregated_discovery(path, "", types).dump());
  if (path == "/apis") return answer.reply(200, aggregated_discovery(path, "apps", types).dump());
  if (path == "/api/v1" || (path.starts_with("/apis/") && std::count(path.begin(), path.end(), '/') == 3)) {
    const auto found = discovery(path, types);
    return found["resources"].empty() ? answer.reply(404, "404 page not found\n")
                                      : answer.reply(200, found.dump());
  }
  if (path.starts_with("/apis/") && std::count(path.begin(), path.end(), '/') == 2) {
    const auto found = group_versions(path, types);
    return found["versions"].empty() ? answer.reply(404, "404 page not found\n")
                                     : answer.reply(200, found.dump());
  }

  if (path.ends_with("/selfsubjectaccessreviews"))
    return answer.reply(201, R"({"status": {"allowed": true}})");

  if (path.find("//") != std::string::npos) return answer.reply(307, "Temporary Redirect");
  std::unique_lock lock(mutex_);
  patches_ += request.method == "PATCH";
  const auto place = place_of(path);
  const bool there = objects_.contains(path);
  const bool lost = !place.name_space.empty() && !objects_.contains("/api/v1/namespaces/" + place.name_space);
  if (!type_of(place, types)) return answer.reply(404, "404 page not found\n");
  if (request.method == "PATCH" && lost)
    return answer.reply(404, Json{{"message", "namespaces \"" + place.name_space + "\" not found"}}.dump());
  if (request.method == "PATCH" &&
      request.headers.at("content-type") == "application/strategic-merge-patch+json") {
    const Json change = Json::parse(request.body);
    if (there && place.plural == "pods") {
      set_images(objects_[path], change["spec"]["containers"]);
    } else if (there) {
      Json changed = objects_[path];
      merge_by_name(changed, change);
      store(path, std::move(changed));
    }
    return there ? answer.reply(200, objects_[path].dump())
                 : answer.reply(404, R"({"message": "not found"})");
  }
  if (request.method == "PATCH") {
    const Json object = Json::parse(request.body);
    if (const auto refusal = refused(path, object))
      return answer.reply(refusal->code, refusal->status.dump());
    const auto before = std::pair(objects_, last_uid_);
    const bool dry_run = query.find("dryRun=All") != std::string::npos;
    const Json stored = store(path, object, !dry_run);
    if (dry_run) std::tie(objects_, last_uid_) = before;
    return answer.reply(there ? 200 : 201, stored.dump());
  }
  if (request.method == "POST") {
    Json object = Json::parse(request.body);
    const auto own = path + "/" + object["metadata"]["name"].get<std::string>();
    if (objects_.contains(own)) return answer.reply(409, R"({"message": "already exists"})");
    return answer.reply(201, store(own, std::move(object)).dump());
  }
  if (request.method == "DELETE") {
    const Json object = there ? objects_[path] : Json();
    erase(path);
    if (place.plural == "pods") replace_pod(place.name_space, object);
    return answer.reply(there ? 200 : 404, "{}");
  }
  if (!place.name.empty())
    return there ? answer.reply(200, objects_[path].dump())
                 : answer.reply(404, R"({"message": "not found"})");
  if (query.find("watch=true") == std::string::npos) {
    Json list = {{"items", Json::array()}};
    if (place.plural == "endpointslices")
      list["items"] = endpoint_slices(place.name_space, parameter(query, "labelSelector"));
    for (const auto& [one, object] : select(path, query)) list["items"].push_back(object);
    return answer.reply(200, list.dump());
  }
  std::string events;
  for (const auto& [one, object] : select(path, query))
    events += Json{{"type", "ADDED"}, {"object", object}}.dump() + "\n";
  lock.unlock();
  answer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + events);
  answer.wait_for_close();
}
