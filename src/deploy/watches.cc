#include "deploy/watches.h"

#include <utility>

#include "base/error.h"
#include "deploy/trouble/scene.h"

namespace harness {

namespace {

using Json = nlohmann::json;

std::vector<Json> values(const std::map<std::string, Json>& objects) {
  std::vector<Json> all;
  for (const auto& [name, object] : objects) all.push_back(object);
  return all;
}

}  // namespace

Watches::Watches(const KubeApi& api, const std::string& name_space, const std::string& collection, const std::string& name, const std::string& pods, std::stop_token stop)
    : on_stop_(std::move(stop), [this] { ended_.request_stop(); }) {
  const std::string root = "/api/v1/namespaces/" + name_space;
  start(api, collection, "fieldSelector=metadata.name%3D" + name, workloads_);
  start(api, root + "/pods", pods, pods_);
  start(api, root + "/events", "fieldSelector=type%3DWarning", events_);
}

Watches::State Watches::next(std::chrono::milliseconds time, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, time, [this] { return std::exchange(news_, false); });
  if (stop.stop_requested()) throw Cancelled();
  if (failure_) std::rethrow_exception(failure_);
  return {values(workloads_), values(pods_), values(events_)};
}

void Watches::start(const KubeApi& api, const std::string& collection, const std::string& selector, Objects& objects) {
  threads_.emplace_back([this, &api, collection, selector, &objects] {
    try {
      api.watch(collection, selector, [&](const std::string& type, const Json& object) {
        if (type == "ERROR") return true;  // the server ends this watch
        const std::lock_guard lock(mutex_);
        if (type == "DELETED")
          objects.erase(name_of(object));
        else
          objects[name_of(object)] = object;
        news_ = true;
        changed_.notify_all();
        return true;
      }, ended_.get_token());
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      news_ = true;
      changed_.notify_all();
    }
  });
}

}  // namespace harness
