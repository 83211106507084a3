#include "deploy/hermetic/pod_addresses.h"

#include <utility>

#include "base/error.h"
#include "base/threads.h"
#include "cluster/informer.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kBetweenTries{5};

}  // namespace

std::string workload_key(const Object& object) {
  return object.name_space + "/" + object.kind + "/" + object.name;
}

std::string workload_key(const Json& pod) {
  const Json& metadata = pod.at("metadata");
  std::string kind = "Pod", name = metadata.value("name", "");
  const Json owners = metadata.value("ownerReferences", Json::array());
  for (const auto& owner : owners) {
    if (!owner.value("controller", false)) continue;
    kind = owner.value("kind", "");
    name = owner.value("name", "");
    const auto hash = metadata.value("labels", Json::object()).value("pod-template-hash", "");
    if (kind == "ReplicaSet" && !hash.empty() && name.ends_with(hash)) {
      kind = "Deployment";
      name.resize(name.size() - hash.size() - 1);
    }
  }
  return metadata.value("namespace", "") + "/" + kind + "/" + name;
}

PodAddresses::PodAddresses(const KubeApi& api, std::map<std::string, std::string> components,
                           std::function<void()> on_change, std::function<void(const std::string&)> warn)
    : components_(std::move(components)),
      on_change_(std::move(on_change)),
      warn_(std::move(warn)),
      thread_(background([this, &api](std::stop_token ended) { follow(api, ended); },
                         [this](const std::exception& e) { warn_(e.what()); })) {}

void PodAddresses::follow(const KubeApi& api, std::stop_token ended) {
  const Deadline end(Deadline::Clock::time_point::max(), std::move(ended));
  ListWatch pods(api, {"/api/v1/pods"});
  bool is_known = true;
  const auto on_change = [this](ListWatch::Change change, const Json& pod) {
    if (take(change == ListWatch::Change::gone, pod)) on_change_();
    return true;
  };
  const auto on_list = [&] {
    if (!std::exchange(is_known, true)) warn_("the addresses of pods are known again");
  };
  do {
    try {
      pods.run(on_change, end, on_list);
    } catch (const Cancelled&) {
      throw;
    } catch (const std::exception& e) {
      if (std::exchange(is_known, false))
        warn_(std::string("the addresses of new pods are not known, so what they try to reach cannot be told "
                          "by component: ") +
              e.what());
    }
  } while (end.pause(kBetweenTries));
}

bool PodAddresses::take(bool gone, const Json& pod) {
  const auto& spec = pod.at("spec");
  const Json status = pod.value("status", Json::object());
  const auto address = status.value("podIP", "");
  if (address.empty() || spec.value("hostNetwork", false)) return false;
  const auto phase = status.value("phase", "");
  const bool alive = !gone && phase != "Succeeded" && phase != "Failed";
  const auto found = components_.find(workload_key(pod));
  const std::string component = found == components_.end() ? "" : found->second,
                    name = pod["metadata"].value("namespace", "") + "/" + pod["metadata"].value("name", "");
  const std::lock_guard lock(mutex_);
  auto& known = pods_[address];
  if (known.name == name && known.alive == alive) return false;
  if (!alive && known.name != name) return false;  // its address is another's by now
  known = {component, name, alive};
  return true;
}

PodAddresses::Map PodAddresses::all() const {
  const std::lock_guard lock(mutex_);
  return pods_;
}

}  // namespace harness
