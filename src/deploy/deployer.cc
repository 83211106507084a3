#include "deploy/deployer.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/pause.h"
#include "base/text.h"
#include "deploy/diagnosis.h"
#include "deploy/rollout.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// A volume that is being bound or an old pod that still has to end make a pod unschedulable for a moment, and the
/// scheduler tries again after a second or two.
constexpr std::chrono::seconds kTransient{4};

/// Label selectors as a query: "labelSelector=app%3Ddeck%2Ctier%3Dweb".
std::string pod_selector(const Json& workload) {
  const Json::json_pointer pointer("/spec/selector/matchLabels");
  if (!workload.contains(pointer)) return "fieldSelector=metadata.name%3D" + workload["metadata"].value("name", "");
  std::vector<std::string> parts;
  for (const auto& [key, value] : workload[pointer].items()) {
    std::string escaped = key;
    for (size_t at = 0; (at = escaped.find('/', at)) != std::string::npos; at += 3) escaped.replace(at, 1, "%2F");
    parts.push_back(escaped + "%3D" + value.get<std::string>());
  }
  return "labelSelector=" + join(parts, "%2C");
}

/// A node that the scheduler gives pods to: its taint goes a moment after it says that it is ready.
bool is_ready(const Json& node) {
  for (const auto& taint : node["spec"].value("taints", Json::array()))
    if (taint.value("key", "").starts_with("node.kubernetes.io/")) return false;
  for (const auto& condition : node["status"].value("conditions", Json::array()))
    if (condition.value("type", "") == "Ready") return condition.value("status", "") == "True";
  return false;
}

/// Whether a pod is of the revision that was just applied: one that is being replaced may well be broken, which is why
/// there is a new one.
bool is_newest(const KubeApi& api, const std::string& name_space, const Json& pod, const Json& workload) {
  const Json::json_pointer owners("/metadata/ownerReferences");
  if (!pod.contains(owners) || pod[owners][0].value("kind", "") != "ReplicaSet") return true;
  const Json set = api.get("/apis/apps/v1/namespaces/" + name_space + "/replicasets/" + pod[owners][0].value("name", ""));
  const Json::json_pointer spec("/spec/template/spec"), annotations("/spec/template/metadata/annotations");
  return !set.is_object() || (set[spec] == workload.at(spec) &&
                              set.value(annotations, Json::object()) == workload.value(annotations, Json::object()));
}

/// What is wrong with a pod once what may pass by itself had its time to do so.
std::optional<Diagnosis> still_so(const KubeApi& api, const std::string& pod_path, std::stop_token stop) {
  if (pause_for(kTransient, stop)) return std::nullopt;
  const Json pod = api.get(pod_path);
  return pod.is_object() && !stop.stop_requested() ? diagnose(pod) : std::nullopt;
}

/// The events of a namespace about objects whose name begins with `name`, oldest first.
std::string events_of(const KubeApi& api, const std::string& name_space, const std::string& name) {
  const Json list = api.get("/api/v1/namespaces/" + name_space + "/events");
  std::string text;
  if (!list.is_object()) return text;
  for (const auto& event : list["items"])
    if (event.value("type", "") == "Warning" &&
        event.value(Json::json_pointer("/involvedObject/name"), std::string()).starts_with(name))
      text += event.value(Json::json_pointer("/involvedObject/name"), std::string()) + ": " + event.value("reason", "") + ": " +
              trim(event.value("message", "")) + "\n";
  return tail(text, 10);
}

/// Requests a stop when the deadline has come; ends as soon as a stop was requested.
std::jthread stop_at(std::chrono::steady_clock::time_point deadline, std::stop_source ended) {
  return std::jthread([deadline, ended]() mutable {
    pause_for(std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()), ended.get_token());
    ended.request_stop();
  });
}

/// What a Job runs and most of a Pod cannot be changed (https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement).
Json apply_anew(const KubeApi& api, const Object& object, const std::string& path, std::stop_token stop) {
  try {
    return api.apply(path, object.yaml, stop);
  } catch (const Error& e) {
    const std::string what = e.what();
    if ((object.kind != "Job" && object.kind != "Pod") || (what.find("immutable") == std::string::npos && what.find("may not change") == std::string::npos)) throw;
  }
  api.remove(path, stop);
  wait_until_gone(api, path, std::chrono::seconds(60), stop);
  return api.apply(path, object.yaml, stop);
}

}  // namespace

std::set<std::string> Deployer::deploy(const std::vector<Object>& objects, std::chrono::seconds timeout,
                      const std::function<void(const std::string&)>& on_progress, std::stop_token stop) const {
  struct Applied {
    const Object* object;
    std::string collection;
    Json stored;
  };
  auto rank = [](const Object& object) {
    if (object.kind == "Namespace" || object.kind == "CustomResourceDefinition") return 0;
    return is_workload(object.kind) ? 2 : 1;
  };
  std::vector<const Object*> ordered;
  for (const auto& object : objects) ordered.push_back(&object);
  std::stable_sort(ordered.begin(), ordered.end(), [&](const auto* a, const auto* b) { return rank(*a) < rank(*b); });

  std::vector<Applied> applied;
  std::set<std::string> paths;
  for (const auto* object : ordered) {
    if (stop.stop_requested()) throw Cancelled();
    try {
      const auto collection = api_.collection(object->api_version, object->kind, object->name_space);
      applied.push_back({object, collection, apply_anew(api_, *object, collection + "/" + object->name, stop)});
      paths.insert(collection + "/" + object->name);
    } catch (Error& e) {
      throw Error("cannot apply " + object->kind + " " + object->name + ": " + e.what(), {.hint = e.details.hint, .exit_code = kDeploy});
    }
  }
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (const auto& one : applied)
    if (is_workload(one.object->kind)) wait(*one.object, one.collection, one.stored, deadline, on_progress, stop);
  return paths;
}

std::set<std::string> Deployer::known_paths(const std::vector<Object>& objects) const {
  std::set<std::string> paths;
  for (const auto& object : objects)
    if (api_.knows(object.api_version, object.kind)) paths.insert(api_.collection(object.api_version, object.kind, object.name_space) + "/" + object.name);
  return paths;
}

void Deployer::wait_for_nodes(std::stop_token stop) const {
  std::map<std::string, bool> ready;
  api_.watch("/api/v1/nodes", "", [&](const std::string& type, const Json& node) {
    ready[node["metadata"]["name"]] = type == "DELETED" || is_ready(node);
    return !std::all_of(ready.begin(), ready.end(), [](const auto& one) { return one.second; });
  }, stop);
  if (stop.stop_requested()) throw Cancelled();
}

void Deployer::wait(const Object& object, const std::string& collection, const Json& applied,
                    std::chrono::steady_clock::time_point deadline, const std::function<void(const std::string&)>& on_progress,
                    std::stop_token stop) const {
  const std::string pods = "/api/v1/namespaces/" + object.name_space + "/pods";
  std::mutex mutex;
  Rollout rollout;
  std::optional<Diagnosis> stuck;
  std::string stuck_pod;
  std::exception_ptr failure;
  std::stop_source ended;
  const std::stop_callback on_stop(stop, [&] { ended.request_stop(); });

  auto guarded = [&](auto&& body) {
    return [&, body] {
      try {
        body();
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        ended.request_stop();
      }
    };
  };
  std::jthread pod_watch(guarded([&] {
    api_.watch(pods, pod_selector(applied), [&](const std::string& type, const Json& pod) {
      if (type == "DELETED") return true;
      auto found = diagnose(pod);
      if (!found) return true;
      if (!is_newest(api_, object.name_space, pod, applied)) return true;
      if (found->may_pass) {
        found = still_so(api_, pods + "/" + pod["metadata"].value("name", ""), ended.get_token());
        if (!found) return true;
      }
      const std::lock_guard lock(mutex);
      stuck = std::move(found);
      stuck_pod = pod["metadata"]["name"];
      ended.request_stop();
      return false;
    }, ended.get_token());
  }));
  std::jthread clock = stop_at(deadline, ended);
  guarded([&] {
    api_.watch(collection, "fieldSelector=metadata.name%3D" + object.name, [&](const std::string&, const Json& seen) {
      const std::lock_guard lock(mutex);
      rollout = rollout_of(object.kind, seen);
      if (!rollout.message.empty()) on_progress(rollout.message);
      return !rollout.complete && rollout.failure.empty();
    }, ended.get_token());
  })();
  ended.request_stop();
  pod_watch.join();
  clock.join();

  if (stop.stop_requested()) throw Cancelled();
  if (rollout.complete) return wait_for_ending_pods(pods, pod_selector(applied), deadline, on_progress, stop);
  if (failure) std::rethrow_exception(failure);
  const std::string what = object.kind + " " + object.name;
  if (stuck) {
    std::string log;
    if (!stuck->container.empty())
      log = "\nlast log lines of " + stuck_pod + ":\n" +
            tail(api_.get_text(pods + "/" + stuck_pod + "/log?tailLines=15&container=" + stuck->container), 15);
    throw Error(what + " cannot start: pod " + stuck_pod + ", " + stuck->cause,
                {.output_tail = stuck->evidence + log, .hint = stuck->hint, .exit_code = kDeploy});
  }
  const bool late = rollout.failure.empty();
  throw Error(what + (late ? " is not ready in time: " + rollout.message : " cannot be rolled out: " + rollout.failure),
              {.output_tail = events_of(api_, object.name_space, object.name),
               .hint = late ? "raise the component's timeout: in components.yaml if it only needs longer" : "",
               .exit_code = kDeploy});
}

void Deployer::wait_for_ending_pods(const std::string& pods, const std::string& selector, std::chrono::steady_clock::time_point deadline,
                                    const std::function<void(const std::string&)>& on_progress, std::stop_token stop) const {
  const Json list = api_.get(pods + "?" + selector);
  std::set<std::string> ending;
  for (const auto& pod : list["items"])
    if (pod["metadata"].contains("deletionTimestamp")) ending.insert(pod["metadata"]["name"]);
  if (ending.empty()) return;

  std::stop_source ended;
  const std::stop_callback on_stop(stop, [&] { ended.request_stop(); });
  const std::jthread clock = stop_at(deadline, ended);
  on_progress("old pods still have to end: " + std::to_string(ending.size()));
  api_.watch(pods, selector + "&resourceVersion=" + list["metadata"].value("resourceVersion", ""), [&](const std::string& type, const Json& pod) {
    if (type == "DELETED") ending.erase(pod["metadata"].value("name", ""));
    return !ending.empty();
  }, ended.get_token());
  ended.request_stop();
  if (stop.stop_requested()) throw Cancelled();
  if (!ending.empty())
    throw Error("pod " + *ending.begin() + " of an older revision does not end in time, and tests could meet it",
                {.hint = "let the program end on SIGTERM, or lower terminationGracePeriodSeconds in its manifest", .exit_code = kDeploy});
}

}  // namespace harness
