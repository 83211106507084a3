#include "deploy/watches.h"

#include <utility>

#include "base/error.h"
#include "deploy/trouble/scene.h"

namespace harness {

using Json = nlohmann::json;

Watches::Watches(const KubeApi& api, const std::vector<Query>& queries, std::stop_token stop)
    : on_stop_(std::move(stop), [this] { ended_.request_stop(); }), objects_(queries.size()) {
  for (size_t i = 0; i < queries.size(); ++i) start(api, queries[i], objects_[i]);
}

void Watches::wait(std::chrono::milliseconds time, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, time, [this] { return std::exchange(news_, false); });
  if (stop.stop_requested()) throw Cancelled();
  if (failure_) std::rethrow_exception(failure_);
}

std::vector<Json> Watches::objects(size_t query) const {
  const std::lock_guard lock(mutex_);
  std::vector<Json> all;
  for (const auto& [name, object] : objects_.at(query)) all.push_back(object);
  return all;
}

void Watches::start(const KubeApi& api, const Query& query, Objects& objects) {
  threads_.emplace_back([this, &api, query, &objects] {
    try {
      api.watch(query.collection, query.selector, [&](const std::string& type, const Json& object) {
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
