#include "deploy/hermetic/pod_addresses.h"

#include "base/error.h"

namespace harness {

namespace {

using Json = nlohmann::json;

}  // namespace

std::string workload_key(const Object& object) { return object.name_space + "/" + object.kind + "/" + object.name; }

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

PodAddresses::PodAddresses(const KubeApi& api, std::map<std::string, std::string> components, std::function<void()> on_change)
    : components_(std::move(components)), on_change_(std::move(on_change)), thread_([this, &api](std::stop_token ended) {
        try {
          api.watch("/api/v1/pods", "", [&](const std::string& type, const Json& pod) {
            if (type != "ERROR" && take(type, pod)) on_change_();
            return true;
          }, ended);
        } catch (const std::exception&) {  // the cluster goes away under it: whoever needs the cluster says so
        }
      }) {}

bool PodAddresses::take(const std::string& type, const Json& pod) {
  const auto& spec = pod.at("spec");
  const Json status = pod.value("status", Json::object());
  const auto address = status.value("podIP", "");
  if (address.empty() || spec.value("hostNetwork", false)) return false;
  const auto phase = status.value("phase", "");
  const bool alive = type != "DELETED" && phase != "Succeeded" && phase != "Failed";
  const auto found = components_.find(workload_key(pod));
  const std::string component = found == components_.end() ? "" : found->second, name = pod["metadata"].value("namespace", "") + "/" + pod["metadata"].value("name", "");
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
