#include "deploy/inventory.h"

#include <algorithm>

#include "base/backoff.h"
#include "base/error.h"
#include "base/threads.h"
#include "cluster/requests.h"
#include "deploy/removal.h"
#include "deploy/trouble/admission.h"

namespace harness {

namespace {

using Json = nlohmann::json;

/// How long what is refused only now is tried again.
constexpr std::chrono::seconds kPatience{120};

constexpr const char* kThereBefore = "there before";

/// ["apps/v1", "Deployment", "default", "web"], and a fifth text where it was there before.
Json to_json(const InventoryRecord& record) {
  Json json = {record.api_version, record.id.type.kind, record.id.name_space, record.id.name};
  if (record.was_there) json.push_back(kThereBefore);
  return json;
}

std::optional<InventoryRecord> to_record(const Json& json) {
  if (!json.is_array() || json.size() < 4) return std::nullopt;
  for (const auto& part : json)
    if (!part.is_string()) return std::nullopt;
  return InventoryRecord{{type_of(json[0].get<std::string>(), json[1].get<std::string>()), json[2], json[3]},
                         json[0],
                         json.size() > 4 && json[4] == kThereBefore};
}

/// That every cluster has: the API refuses to delete them.
bool is_system_namespace(const Identity& id) {
  return id.type == GroupKind{"", "Namespace"} && (id.name == "default" || id.name.starts_with("kube-"));
}

/// By a run whose inventory is lost.
bool was_applied_here(const Json& object) {
  const auto& managers = list_at(object, "/metadata/managedFields");
  return std::any_of(managers.begin(), managers.end(), [](const Json& one) {
    return text_at(one, "/manager") == kFieldManager && text_at(one, "/operation") == "Apply" &&
           text_at(one, "/subresource").empty();
  });
}

Inventory::Entry to_entry(const Json& json) {
  Inventory::Entry entry{json.value("hash", ""), {}, json.value("mark", "")};
  const Json objects = json.value("objects", Json::array());
  for (const auto& object : objects) {
    if (auto record = to_record(object))
      entry.objects.emplace(record->id, std::move(*record));
    else
      entry.hash.clear();  // of another time: deployed once more
  }
  return entry;
}

}  // namespace

std::optional<std::string> path_of(const KubeApi& api, const InventoryRecord& record, std::stop_token stop) {
  const auto version = api.served_version(record.api_version, record.id.type.kind, stop);
  if (version.empty()) return std::nullopt;
  return api.collection(version, record.id.type.kind, record.id.name_space, stop) + "/" + record.id.name;
}

Inventory::Inventory(const KubeApi& api, const std::string& name_space, std::stop_token stop)
    : api_(api), name_space_(name_space), path_("/api/v1/namespaces/" + name_space + "/configmaps/harness") {
  const Json map = api.get(path_, stop);
  if (!map.is_object()) return;
  const Json data = map.value("data", Json::object());
  for (const auto& [name, text] : data.items()) {
    const Json entry = text.is_string() ? Json::parse(text.get<std::string>(), nullptr, false) : Json();
    if (entry.is_object()) entries_[name] = to_entry(entry);
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

bool Inventory::knows(const Identity& id) const {
  const std::lock_guard lock(mutex_);
  return find(id) != nullptr;
}

/// Call with the mutex held.
const InventoryRecord* Inventory::find(const Identity& id) const {
  for (const auto& [name, entry] : entries_)
    if (const auto found = entry.objects.find(id); found != entry.objects.end()) return &found->second;
  return nullptr;
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
    for (const auto& [name, entry] : entries_) {
      Json objects = Json::array();
      for (const auto& [id, record] : entry.objects) objects.push_back(to_json(record));
      data[name] = Json{{"hash", entry.hash}, {"objects", objects}, {"mark", entry.mark}}.dump();
    }
  }
  store({{"apiVersion", "v1"},
         {"kind", "ConfigMap"},
         {"metadata", {{"name", "harness"}, {"namespace", name_space_}}},
         {"data", data}},
        stop);
  stored_ = upto;
}

/// A component's webhook may be asked about it, whose server starts at this moment.
void Inventory::store(const Json& map, std::stop_token stop) const {
  const Deadline patience(kPatience, std::move(stop));
  for (Backoff backoff(std::chrono::milliseconds(50), std::chrono::seconds(1));;) {
    try {
      api_.apply(path_, map, patience.within(std::chrono::seconds(60)));
      return;
    } catch (const ApiError& e) {
      if (e.details.exit_code == kCluster) throw;
      if (may_pass(e.status) && patience.pause(backoff.next())) continue;
      const auto known = refusal(e.status.message);
      throw Error("cannot note what is deployed, in ConfigMap " + name_space_ +
                      "/harness: " + (known ? known->cause : e.status.message),
                  {.output_tail = known ? e.status.message : "",
                   .hint = known ? known->hint : "",
                   .exit_code = kDeploy});
    }
  }
}

void Inventory::begin(const std::string& component, const Records& objects, std::stop_token stop) {
  Records begun = objects;
  std::vector<InventoryRecord*> unknown;
  {
    std::unique_lock lock(mutex_);
    const auto none_leaves = [&] {
      return std::none_of(objects.begin(), objects.end(),
                          [&](const auto& one) { return leaving_.contains(one.first); });
    };
    if (!gone_.wait(lock, stop, none_leaves)) throw Cancelled();
    for (auto& [id, record] : begun) {
      const auto* known = find(id);
      record.was_there = known ? known->was_there : true;
      if (!known) unknown.push_back(&record);
    }
    for (const auto& [id, record] : begun)
      entries_[component].objects.insert_or_assign(id, record);  // from now on nobody deletes them
  }
  side_by_side(unknown.size(), kRequestsAtOnce, [&](size_t i) {
    const auto path = path_of(api_, *unknown[i], stop);
    const Json seen = path ? api_.get(*path, stop) : Json();
    unknown[i]->was_there = is_system_namespace(unknown[i]->id) ||
                            (seen.is_object() && !is_ending(seen) && !was_applied_here(seen));
  });
  change(
      [&] {
        auto& entry = entries_[component];
        entry.hash.clear();
        for (const auto& [id, record] : begun) entry.objects.insert_or_assign(id, record);
      },
      stop);
}

void Inventory::end(const std::string& component, Entry entry, const Waiting& waiting, std::stop_token stop) {
  auto gone = this->entry(component).objects;
  for (auto& [id, record] : entry.objects) {
    if (const auto known = gone.find(id); known != gone.end()) record.was_there = known->second.was_there;
    gone.erase(id);
  }
  delete_objects(std::move(gone), {component}, waiting, stop);
  change([&] { entries_[component] = std::move(entry); }, stop);
}

std::vector<Identity> Inventory::remove(const std::vector<std::string>& components, const Waiting& waiting,
                                        std::stop_token stop) {
  Records records;
  std::vector<Identity> kept;
  for (const auto& name : components)
    for (const auto& [id, record] : entry(name).objects) {
      records.insert_or_assign(id, record);
      if (record.was_there) kept.push_back(id);
    }
  delete_objects(std::move(records), {components.begin(), components.end()}, waiting, stop);
  change(
      [&] {
        for (const auto& name : components) entries_.erase(name);
      },
      stop);
  return kept;
}

void Inventory::delete_objects(Records records, const std::set<std::string>& but_of, const Waiting& waiting,
                               std::stop_token stop) {
  std::erase_if(records, [](const auto& one) { return one.second.was_there; });
  if (records.empty()) return;
  std::vector<InventoryRecord> wanted;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, entry] : entries_)
      if (!but_of.contains(name))
        for (const auto& [id, record] : entry.objects) records.erase(id);
    for (const auto& [id, record] : records) {
      wanted.push_back(record);
      leaving_.insert(id);
    }
  }
  const auto leave = [&] {
    const std::lock_guard lock(mutex_);
    for (const auto& record : wanted) leaving_.erase(record.id);
    gone_.notify_all();
  };
  try {
    remove_objects(api_, wanted, waiting, stop);
  } catch (...) {
    leave();
    throw;
  }
  leave();
}

}  // namespace harness
