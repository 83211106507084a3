#include "deploy/deployer.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/error.h"
#include "cluster/informer.h"
#include "deploy/anew.h"
#include "deploy/applier.h"
#include "deploy/identities.h"
#include "deploy/rollout.h"
#include "deploy/rollouts.h"
#include "deploy/trouble/nodes.h"

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

/// The names of those that are being deleted and still have a process.
std::set<std::string> ending_among(const std::vector<Json>& pods) {
  std::set<std::string> names;
  for (const auto& pod : pods)
    if (pod["metadata"].contains("deletionTimestamp") && !has_ended(pod))
      names.insert(pod["metadata"]["name"]);
  return names;
}

}  // namespace

Deployer::Deployed Deployer::apply(const std::vector<Object>& objects, bool may_lose_data,
                                   const Waiting& waiting, std::stop_token stop) const {
  auto results = Applier(api_, waiting, may_lose_data, stop).apply(objects);
  Deployed deployed{records(objects, stop), "", {}};
  Mark mark;
  for (size_t i = 0; i < objects.size(); ++i) {
    const auto type = type_of(objects[i].api_version, objects[i].kind);
    if (!is_deleted_when_done(type, objects[i].body)) mark.add(results[i].stored, objects[i].body);
    deployed.waited_for.push_back({objects[i], results[i].collection, std::move(results[i].stored)});
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
  wait_for_rollouts(api_, deployed.waited_for, waiting, stop,
                    [&](const Applied& applied, std::stop_token cancelled) {
                      if (is_workload(type_of(applied.object.api_version, applied.object.kind)))
                        wait_for_ending_pods(applied, waiting, std::move(cancelled));
                    });
  return waited;
}

bool Deployer::is_there(const std::vector<Object>& objects, const std::string& mark, Snapshot& snapshot,
                        std::stop_token stop) const {
  Mark now;
  for (const auto& object : objects) {
    if (!api_.knows(object.api_version, object.kind, stop)) return false;
    const auto* stored = snapshot.find(
        api_.collection(object.api_version, object.kind, object.name_space, stop), object.name, stop);
    const auto type = type_of(object.api_version, object.kind);
    const bool may_be_missing = is_deleted_when_done(type, object.body);
    if (may_be_missing && (!stored || is_ending(*stored))) continue;
    if (!stored || !rollout_of(type, *stored, object.ready).complete) return false;
    if (!may_be_missing) now.add(*stored, object.body);
    if (!is_workload(type)) continue;
    for (const auto* pod : snapshot.pods_of(type, *stored, stop))
      if (is_ending(*pod)) return false;
  }
  return now.hex() == mark;
}

Inventory::Records Deployer::records(const std::vector<Object>& objects, std::stop_token stop) const {
  Scopes scopes;
  scopes.add(objects);
  Inventory::Records records;
  for (const auto& object : objects) {
    auto id = identity_of(object, scopes);
    if (!scopes.knows(id.type)) {
      if (!api_.knows(object.api_version, object.kind, stop)) continue;
      if (api_.is_cluster_wide(object.api_version, object.kind, stop)) id.name_space.clear();
    }
    records.emplace(id, InventoryRecord{id, object.api_version});
  }
  return records;
}

void Deployer::wait_for_nodes(const Waiting& waiting, std::stop_token stop) const {
  Patience patience;
  Scene scene;
  scene.get = [&](const std::string& path) { return api_.get(path, stop); };
  scene.text = [&](const std::string& path) { return api_.get_text(path, stop); };
  const std::string collection = "/api/v1/nodes";
  std::optional<Informer> watches;
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
    if (!watches) watches.emplace(api_, std::vector{ObjectQuery{collection}}, stop);
    const auto now = Clock::now();
    if (now - looked < kBetweenLooks) continue;
    looked = now;
    if (auto found = system_pod_lacks_files(scene)) wrong.insert(wrong.begin(), std::move(*found));
    for (const auto& diagnosis : patience.believe(wrong, now)) {
      if (!diagnosis.may_pass && !waiting.anyway)
        throw Error(diagnosis.cause,
                    {.output_tail = diagnosis.evidence, .hint = diagnosis.hint, .exit_code = kDeploy});
      waiting.on_trouble(diagnosis);
    }
    if (now > waiting.deadline)
      throw Error("node " + waits_for + " takes no pods",
                  {.output_tail = wrong.empty() ? "" : wrong[0].evidence,
                   .hint = "a new cluster has one that does: -teardown",
                   .exit_code = kDeploy});
  }
}

void Deployer::wait_for_ending_pods(const Applied& applied, const Waiting& waiting,
                                    std::stop_token stop) const {
  const std::string pods = "/api/v1/namespaces/" + applied.object.name_space + "/pods",
                    selector = pod_selector(type_of(applied.object.api_version, applied.object.kind),
                                            applied.stored);
  if (selector.empty()) return;
  const Json list = api_.get(pods + "?" + selector, stop);
  auto ending = ending_among(list.value("items", std::vector<Json>{}));
  if (ending.empty()) return;
  waiting.on_progress("old pods still have to end: " + std::to_string(ending.size()));
  for (Informer informer(api_, {{pods, selector}}, stop); !ending.empty();) {
    if (Clock::now() > waiting.deadline)
      throw Error(
          "pod " + *ending.begin() + " of an older revision does not end in time, so tests could reach it",
          {.hint = "let the program end on SIGTERM, or lower terminationGracePeriodSeconds in its manifest",
           .exit_code = kDeploy});
    if (informer.wait(kBetweenLooks, stop)) ending = ending_among(informer.objects(0));
  }
}

}  // namespace harness
