#include "deploy/inventory.h"

#include <exception>

#include "base/error.h"

namespace harness {

namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kPatience{120};

}  // namespace

Inventory::Inventory(const KubeApi& api, const std::string& name_space, std::stop_token stop)
    : api_(api), name_space_(name_space), path_("/api/v1/namespaces/" + name_space + "/configmaps/harness") {
  const Json map = api.get(path_, stop);
  if (!map.is_object()) return;
  const Json data = map.value("data", Json::object());
  for (const auto& [name, text] : data.items()) {
    const Json entry = text.is_string() ? Json::parse(text.get<std::string>(), nullptr, false) : Json();
    if (entry.is_object()) entries_[name] = {entry.value("hash", ""), entry.value("objects", std::set<std::string>{}), entry.value("mark", "")};
  }
}

Inventory::Entry Inventory::entry(const std::string& component) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(component);
  return found == entries_.end() ? Entry{} : found->second;
}

std::vector<std::string> Inventory::components() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_)
    if (name != kGateway) names.push_back(name);
  return names;
}

void Inventory::save(std::unique_lock<std::mutex> lock, std::stop_token stop) {
  for (const auto change = ++changes_; saved_ < change;) {
    if (is_saving_) {
      turn_.wait(lock, [this] { return !is_saving_; });
      continue;
    }
    const auto upto = changes_;
    Json data = Json::object();
    for (const auto& [name, entry] : entries_) data[name] = Json{{"hash", entry.hash}, {"objects", entry.objects}, {"mark", entry.mark}}.dump();
    const Json map = {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "harness"}, {"namespace", name_space_}}}, {"data", data}};
    is_saving_ = true;
    lock.unlock();
    std::exception_ptr failure;
    try {
      api_.apply(path_, map.dump(), stop);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    is_saving_ = false;
    turn_.notify_all();
    if (failure) std::rethrow_exception(failure);
    saved_ = upto;
  }
}

void Inventory::begin(const std::string& component, const std::set<std::string>& objects, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  auto& entry = entries_[component];
  entry.hash.clear();
  entry.objects.insert(objects.begin(), objects.end());
  save(std::move(lock), stop);
}

void Inventory::end(const std::string& component, const Entry& entry, std::stop_token stop) {
  auto gone = this->entry(component).objects;
  for (const auto& path : entry.objects) gone.erase(path);
  delete_objects(gone, component, stop);
  std::unique_lock lock(mutex_);
  entries_[component] = entry;
  save(std::move(lock), stop);
}

void Inventory::remove(const std::string& component, std::stop_token stop) {
  delete_objects(entry(component).objects, component, stop);
  std::unique_lock lock(mutex_);
  entries_.erase(component);
  save(std::move(lock), stop);
}

void Inventory::delete_objects(const std::set<std::string>& paths, const std::string& but_of, std::stop_token stop) {
  std::set<std::string> wanted = paths;
  const std::lock_guard lock(mutex_);  // until they are gone: another component may be about to have one of them
  for (const auto& [name, entry] : entries_)
    if (name != but_of)
      for (const auto& path : entry.objects) wanted.erase(path);
  for (const auto& path : wanted) api_.remove(path, stop);
  for (const auto& path : wanted) wait_until_gone(api_, path, kPatience, stop);
}

}  // namespace harness
