#include "deploy/deployer.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/error.h"
#include "base/graph.h"
#include "base/pause.h"
#include "base/secrets.h"
#include "deploy/anew.h"
#include "deploy/namespace_end.h"
#include "deploy/rollout.h"
#include "deploy/take_over.h"
#include "deploy/trouble/admission.h"
#include "deploy/trouble/nodes.h"
#include "deploy/watches.h"

namespace harness {

namespace {

using Json = nlohmann::json;

using Clock = std::chrono::steady_clock;

/// For what is wrong with a node; that it is ready is seen at once.
constexpr std::chrono::milliseconds kBetweenLooks{300};

/// A node that the scheduler gives pods to: its taint goes a moment after it says that it is ready.
bool takes_pods(const Json& node) {
  for (const auto& taint : node["spec"].value("taints", Json::array()))
    if (taint.value("key", "").starts_with("node.kubernetes.io/")) return false;
  return is_ready(node);
}

/// Requests a stop when the deadline has come; ends as soon as a stop was requested.
std::jthread stop_at(std::chrono::steady_clock::time_point deadline, std::stop_source ended) {
  return std::jthread([deadline, ended]() mutable {
    pause_for(std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()), ended.get_token());
    ended.request_stop();
  });
}

/// Deletes the object with what it owns, and returns once all of that is gone: what comes in its place begins alone.
void remove_with_pods(const KubeApi& api, const std::string& path, const Waiting& waiting, std::stop_token stop) {
  api.remove(path, stop, KubeApi::Propagation::foreground);
  wait_until_gone(api, path, std::chrono::ceil<std::chrono::seconds>(waiting.deadline - Clock::now()), stop);
}

/// What a Job runs and most of a Pod cannot be changed (https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement).
Json apply_anew(const KubeApi& api, const Object& object, const std::string& path, const Waiting& waiting, std::stop_token stop) {
  if (const auto type = type_of(object.api_version, object.kind); type.kind == "Job" || type.kind == "Pod")
    if (const auto reason = reason_to_make_anew(type, api.get(path, stop), object.body)) {
      waiting.on_progress(object.kind + " " + object.name + " is made anew: " + *reason);
      remove_with_pods(api, path, waiting, stop);
    }
  try {
    return api.apply(path, object.body, stop);
  } catch (const Error& e) {
    const std::string what = e.what();
    if ((object.kind != "Job" && object.kind != "Pod") || (what.find("immutable") == std::string::npos && what.find("may not change") == std::string::npos)) throw;
  }
  remove_with_pods(api, path, waiting, stop);
  return api.apply(path, object.body, stop);
}

/// What is in a namespace that is being deleted goes with it, and the namespace itself takes changes until it is gone: then it is made anew.
Json apply_after_end(const KubeApi& api, const Object& object, const std::string& path, const Waiting& waiting, std::stop_token stop) {
  const bool is_namespace = object.kind == "Namespace";
  try {
    auto stored = apply_anew(api, object, path, waiting, stop);
    if (!is_namespace || !is_ending_namespace(stored)) return stored;
  } catch (const Error& e) {
    if (std::string(e.what()).find("because it is being terminated") == std::string::npos) throw;
  }
  wait_for_namespace_to_end(api, is_namespace ? object.name : object.name_space, waiting, stop);
  return api.apply(path, object.body, stop);
}

/// What the API says of a Secret may repeat what is in it.
std::string said_of(const Object& object, std::string message) {
  if (object.kind != "Secret") return message;
  for (const char* part : {"data", "stringData"})
    if (const auto values = object.body.find(part); values != object.body.end() && values->is_object())
      for (const auto& entry : *values) {
        const std::string value = entry.is_string() ? entry.get<std::string>() : entry.is_primitive() ? entry.dump() : "";
        for (size_t at = 0; !value.empty() && (at = message.find(value, at)) != std::string::npos; at += kHidden.size()) message.replace(at, value.size(), kHidden);
      }
  return message;
}

/// Namespaces and definitions come before what needs them, workloads last.
std::vector<const Object*> in_order(const std::vector<Object>& objects) {
  const auto rank = [](const Object& object) {
    if (object.kind == "Namespace" || object.kind == "CustomResourceDefinition") return 0;
    return is_workload(type_of(object.api_version, object.kind)) ? 2 : 1;
  };
  std::vector<const Object*> ordered;
  for (const auto& object : objects) ordered.push_back(&object);
  std::stable_sort(ordered.begin(), ordered.end(), [&](const auto* a, const auto* b) { return rank(*a) < rank(*b); });
  return ordered;
}

}  // namespace

Json Deployer::apply_one(const Object& object, const std::string& path, const Waiting& waiting, std::stop_token stop) const {
  try {
    auto stored = apply_after_end(api_, object, path, waiting, stop);
    const auto fields = fields_taken_over(type_of(object.api_version, object.kind), stored);
    if (fields.is_null()) return stored;
    api_.patch(path, {{"metadata", {{"managedFields", fields}}}}, stop);
    return api_.apply(path, object.body, stop);
  } catch (Error& e) {
    const auto message = said_of(object, e.what());
    const auto known = refusal(message);
    throw Error("cannot apply " + object.kind + " " + object.name + ": " + (known ? known->cause : message),
                {.output_tail = known ? message : e.details.output_tail, .hint = known ? known->hint : e.details.hint, .exit_code = kDeploy});
  }
}

Deployer::Deployed Deployer::apply(const std::vector<Object>& objects, const Waiting& waiting, std::stop_token stop) const {
  Deployed deployed;
  Mark mark;
  for (const auto* object : in_order(objects)) {
    if (stop.stop_requested()) throw Cancelled();
    const auto collection = api_.collection(object->api_version, object->kind, object->name_space, stop);
    const auto path = collection + "/" + object->name;
    auto stored = apply_one(*object, path, waiting, stop);
    deployed.paths.insert(path);
    const auto type = type_of(object->api_version, object->kind);
    if (!is_deleted_when_done(type, object->body)) mark.add(stored, object->body);
    if (is_workload(type)) deployed.workloads.push_back({*object, collection, std::move(stored)});
  }
  deployed.mark = mark.hex();
  return deployed;
}

bool Deployer::wait(const Deployed& deployed, const Waiting& given, std::stop_token stop) const {
  std::atomic<bool> waited = false;
  Waiting waiting = given;
  waiting.on_progress = [&](const std::string& text) {
    waited = true;
    given.on_progress(text);
  };
  Graph rollouts;  // side by side: which of them is stuck need not be the first
  for (size_t i = 0; i < deployed.workloads.size(); ++i)
    rollouts.add({"rollout", std::to_string(i)}, {}, [&, i](std::stop_token cancelled) {
      wait_for_rollout(api_, deployed.workloads[i], waiting, cancelled);
      wait_for_ending_pods(deployed.workloads[i], waiting, cancelled);
    });
  rollouts.run(stop);
  return waited;
}

bool Deployer::is_there(const std::vector<Object>& objects, const std::string& mark, Snapshot& snapshot, std::stop_token stop) const {
  Mark now;
  for (const auto* object : in_order(objects)) {
    const auto* stored = snapshot.find(api_.collection(object->api_version, object->kind, object->name_space, stop), object->name, stop);
    const auto type = type_of(object->api_version, object->kind);
    const bool may_be_missing = is_deleted_when_done(type, object->body);
    if (may_be_missing && (!stored || is_ending(*stored))) continue;
    if (!stored || !rollout_of(type, *stored).complete) return false;
    if (!may_be_missing) now.add(*stored, object->body);
    if (!is_workload(type)) continue;
    for (const auto* pod : snapshot.pods_of(type, *stored, stop))
      if (is_ending(*pod)) return false;
  }
  return now.hex() == mark;
}

std::set<std::string> Deployer::known_paths(const std::vector<Object>& objects, std::stop_token stop) const {
  std::set<std::string> paths;
  for (const auto& object : objects)
    if (api_.knows(object.api_version, object.kind, stop)) paths.insert(api_.collection(object.api_version, object.kind, object.name_space, stop) + "/" + object.name);
  return paths;
}

void Deployer::wait_for_nodes(const Waiting& waiting, std::stop_token stop) const {
  Patience patience;
  Scene scene;
  scene.get = [&](const std::string& path) { return api_.get(path, stop); };
  scene.text = [&](const std::string& path) { return api_.get_text(path, stop); };
  const std::string collection = "/api/v1/nodes";
  std::optional<Watches> watches;
  for (Clock::time_point looked;; watches->wait(kBetweenLooks, stop)) {
    const Json nodes = api_.get(collection, stop);
    std::vector<Diagnosis> wrong;
    std::string waits_for;
    for (const auto& node : nodes["items"]) {
      if (takes_pods(node)) continue;
      waits_for = node["metadata"]["name"];
      for (const auto rule : {node_unready, node_short})
        if (auto found = rule(node)) wrong.push_back(std::move(*found));
    }
    if (waits_for.empty()) return;
    if (!watches) watches.emplace(api_, std::vector{Watches::Query{collection}}, stop);
    const auto now = Clock::now();
    if (now - looked < kBetweenLooks) continue;
    looked = now;
    if (auto found = system_pod_lacks_files(scene)) wrong.insert(wrong.begin(), std::move(*found));
    for (const auto& diagnosis : patience.believe(wrong, now)) {
      if (!diagnosis.may_pass && !waiting.anyway) throw Error(diagnosis.cause, {.output_tail = diagnosis.evidence, .hint = diagnosis.hint, .exit_code = kDeploy});
      waiting.on_trouble(diagnosis);
    }
    if (now > waiting.deadline)
      throw Error("node " + waits_for + " takes no pods", {.output_tail = wrong.empty() ? "" : wrong[0].evidence, .hint = "a new cluster has one that does: -teardown", .exit_code = kDeploy});
  }
}

void Deployer::wait_for_ending_pods(const Applied& applied, const Waiting& waiting, std::stop_token stop) const {
  const std::string pods = "/api/v1/namespaces/" + applied.object.name_space + "/pods", selector = pod_selector(type_of(applied.object.api_version, applied.object.kind), applied.stored);
  if (selector.empty()) return;
  const Json list = api_.get(pods + "?" + selector, stop);
  std::set<std::string> ending;
  for (const auto& pod : list["items"])
    if (pod["metadata"].contains("deletionTimestamp")) ending.insert(pod["metadata"]["name"]);
  if (ending.empty()) return;

  std::stop_source ended;
  const std::stop_callback on_stop(stop, [&] { ended.request_stop(); });
  const std::jthread clock = stop_at(waiting.deadline, ended);
  waiting.on_progress("old pods still have to end: " + std::to_string(ending.size()));
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
