#include "deploy/inventory.h"

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

void Inventory::change(const std::function<void()>& edit, std::stop_token stop) {
  uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    edit();
    number = ++changes_;
  }
  const std::lock_guard turn(turn_);
  if (stored_ >= number) return;  // by the turn of another
  uint64_t upto = 0;
  Json data = Json::object();
  {
    const std::lock_guard lock(mutex_);
    upto = changes_;
    for (const auto& [name, entry] : entries_) data[name] = Json{{"hash", entry.hash}, {"objects", entry.objects}, {"mark", entry.mark}}.dump();
  }
  api_.apply(path_, Json{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "harness"}, {"namespace", name_space_}}}, {"data", data}}, stop);
  stored_ = upto;
}

void Inventory::begin(const std::string& component, const std::set<std::string>& objects, std::stop_token stop) {
  change([&] {
    auto& entry = entries_[component];
    entry.hash.clear();
    entry.objects.insert(objects.begin(), objects.end());
  }, stop);
}

void Inventory::end(const std::string& component, const Entry& entry, std::stop_token stop) {
  auto gone = this->entry(component).objects;
  for (const auto& path : entry.objects) gone.erase(path);
  delete_objects(gone, component, stop);
  change([&] { entries_[component] = entry; }, stop);
}

void Inventory::remove(const std::string& component, std::stop_token stop) {
  delete_objects(entry(component).objects, component, stop);
  change([&] { entries_.erase(component); }, stop);
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
