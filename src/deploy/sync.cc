#include "deploy/sync.h"

#include <re2/re2.h>

#include <map>
#include <set>

#include "base/error.h"
#include "base/pause.h"
#include "deploy/rollout.h"
#include "deploy/running_image.h"
#include "deploy/snapshot.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using Images = std::map<std::string, std::string>;  ///< container -> reference

constexpr std::chrono::milliseconds kBetweenLooks{30};
/// What starts in this time needs no watching.
constexpr std::chrono::seconds kUsual{2};

const Json::json_pointer kContainers("/spec/containers"),
    kTemplateContainers("/spec/template/spec/containers");

/// What a user writes of an object: neither its status nor what the API keeps about it.
Json written(const Json& object) {
  Json part = object;
  part.erase("status");
  for (const char* key : {"managedFields", "resourceVersion", "generation"}) part["metadata"].erase(key);
  return part;
}

/// Whether `wanted` differs from what is there in images of containers at most.
bool differs_in_images_only(const Json& there, const Json& wanted) {
  static const RE2 image("/spec/template/spec/containers/\\d+/image");
  const Json changes = Json::diff(written(there), written(wanted));
  for (const auto& change : changes)
    if (change["op"] != "replace" || !RE2::FullMatch(change["path"].get<std::string>(), image)) return false;
  return true;
}

Images images_of(const Json& containers) {
  Images images;
  for (const auto& container : containers) images[container.value("name", "")] = container.value("image", "");
  return images;
}

/// A pod's containers that have other images than `wanted`, as a patch of its spec; empty where there are
/// none.
Json other_images(const Json& pod, const Images& wanted) {
  Json containers = Json::array();
  for (const auto& [name, image] : images_of(pod.at(kContainers)))
    if (const auto found = wanted.find(name); found != wanted.end() && found->second != image)
      containers.push_back({{"name", name}, {"image", found->second}});
  return containers;
}

/// Whether each container of the pod was started with its image of `wanted`, which names a digest where it
/// can change.
bool runs(const Json& pod, const Images& wanted) {
  const ConfigDigests none = [](const auto&) { return std::set<std::string>{}; };
  for (const auto& status : list_at(pod, "/status/containerStatuses")) {
    const auto image = wanted.find(text_at(status, "/name"));
    if (!flag_at(status, "/ready") ||
        (image != wanted.end() && !difference_of_image(status, image->second, none).empty()))
      return false;
  }
  return true;
}

/// A workload whose pods may get other images.
struct Target {
  const Object& object;
  std::string collection;
  Json there;
  Images images;  ///< that its pods are to have
  std::vector<Json> pods;
};

std::string pods_of(const Target& target) {
  return "/api/v1/namespaces/" + target.object.name_space + "/pods";
}

/// All that sync_images needs to know before it changes anything.
std::optional<std::vector<Target>> targets(const KubeApi& api, const std::vector<Object>& objects,
                                           std::stop_token stop) {
  std::vector<Target> found;
  for (const auto& object : objects) {
    if (!api.knows(object.api_version, object.kind)) return std::nullopt;
    const auto collection = api.collection(object.api_version, object.kind, object.name_space);
    const auto there = api.get(collection + "/" + object.name, stop);
    if (there.is_null()) return std::nullopt;
    const auto wanted = api.apply(collection + "/" + object.name, object.body, stop, KubeApi::Apply::dry_run);
    if (!differs_in_images_only(there, wanted)) return std::nullopt;
    const auto type = type_of(object.api_version, object.kind);
    if (!is_workload(type)) continue;
    if (!wanted.contains(kTemplateContainers) || type.group == "batch" || !rollout_of(type, there).complete)
      return std::nullopt;
    Target target{object, collection, there, images_of(wanted.at(kTemplateContainers)), {}};
    Snapshot now(api);
    for (const auto* pod : now.pods_of(type, there, stop))
      if (!is_ending(*pod)) target.pods.push_back(*pod);
    found.push_back(std::move(target));
  }
  return found;
}

/// Those of the target's pods that do not yet run what they are to.
std::vector<std::string> not_running(const KubeApi& api, const Target& target, std::stop_token stop) {
  std::vector<std::string> names;
  std::set<std::string> own;
  for (const auto& pod : target.pods) own.insert(uid_of(pod));
  const Json list =
      api.get(pods_of(target) + "?" +
                  pod_selector(type_of(target.object.api_version, target.object.kind), target.there),
              stop);
  for (const auto& pod : list_at(list, "/items"))
    if (own.contains(uid_of(pod)) && !is_ending(pod) && !runs(pod, target.images))
      names.push_back(name_of(pod));
  return names;
}

void wait_until_running(const KubeApi& api, const Target& target, const Waiting& waiting,
                        std::stop_token stop) {
  const auto wait_for_workload = [&] {
    wait_for_rollout(
        api, {target.object, target.collection, api.get(target.collection + "/" + target.object.name, stop)},
        waiting, stop);
  };
  const auto begin = std::chrono::steady_clock::now();
  for (std::vector<std::string> waits_for; !(waits_for = not_running(api, target, stop)).empty();) {
    waiting.on_progress("containers start anew in " + std::to_string(waits_for.size()) + " pods");
    const auto now = std::chrono::steady_clock::now();
    if (now > waiting.deadline)
      throw Error("pod " + waits_for[0] + " does not run its new image in time", {.exit_code = kDeploy});
    if (now - begin > kUsual) wait_for_workload();  // which says what is wrong
    if (pause_for(kBetweenLooks, stop)) throw Cancelled();
  }
  // Its controller hears of the pods a moment later.
  wait_for_workload();
}

}  // namespace

std::optional<size_t> sync_images(const KubeApi& api, const std::vector<Object>& objects,
                                  const Waiting& waiting, std::stop_token stop) {
  const auto found = targets(api, objects, stop);
  if (!found) return std::nullopt;
  size_t changed = 0;
  for (const auto& target : *found)
    for (const auto& pod : target.pods)
      if (const auto containers = other_images(pod, target.images); !containers.empty()) {
        api.patch(pods_of(target) + "/" + name_of(pod), {{"spec", {{"containers", containers}}}}, stop);
        ++changed;
      }
  for (const auto& target : *found) wait_until_running(api, target, waiting, stop);
  return changed;
}

}  // namespace harness
