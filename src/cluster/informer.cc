#include "cluster/informer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/threads.h"

namespace harness {

namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

/// A watch that ends later than that after its begin was a healthy one.
constexpr auto kHealthy = 5s;

std::string key_of(const Json& object) {
  const auto& metadata = object.at("metadata");
  return metadata.value("namespace", "") + "/" + metadata.value("name", "");
}

std::string text_of(const Json& object, const char* field) {
  return object.contains("metadata") ? object["metadata"].value(field, "") : "";
}

}  // namespace

ListWatch::ListWatch(const KubeApi& api, ObjectQuery query, const Timing& timing)
    : api_(api), query_(std::move(query)), timing_(timing) {}

bool ListWatch::run(const OnChange& on_change, const Deadline& deadline,
                    const std::function<void()>& on_list) {
  on_change_ = &on_change;
  Backoff backoff(timing_.first, timing_.longest);
  for (bool is_known = false;;) {
    const auto began = Deadline::Clock::now();
    try {
      if (!is_known) {
        if (!list(deadline)) return true;
        on_list();
      }
      const auto end = watch(deadline);
      if (end == End::by_reader) return true;
      is_known = end == End::in_order;
    } catch (const HttpError&) {
      api_.recover();
      is_known = false;
    } catch (const ApiError&) {
      if (deadline.is_over()) return false;
      throw;
    }
    if (Deadline::Clock::now() - began > kHealthy) backoff.reset();
    if (!deadline.pause(backoff.next())) return false;
  }
}

/// False where the reader wants no more.
bool ListWatch::list(const Deadline& deadline) {
  const Json all = api_.get(query_.collection + (query_.selector.empty() ? "" : "?" + query_.selector),
                            deadline.within(timing_.list));
  if (!all.is_object())
    throw ApiError(query_.collection,
                   {.code = 404, .reason = "NotFound", .message = "the cluster has no such collection"},
                   kDeploy);
  version_ = text_of(all, "resourceVersion");
  std::set<std::string> there;
  const Json items = all.value("items", Json::array());
  for (const auto& object : items) there.insert(key_of(object));
  std::vector<std::string> vanished;
  for (const auto& [key, object] : objects_)
    if (!there.contains(key)) vanished.push_back(key);
  for (const auto& key : vanished)
    if (!forget(key, Json(objects_.at(key)))) return false;
  for (const auto& object : items)
    if (!set(object)) return false;
  return true;
}

ListWatch::End ListWatch::watch(const Deadline& deadline) {
  std::string path = query_.collection + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=" +
                     std::to_string(timing_.watch.count());
  if (!version_.empty()) path += "&resourceVersion=" + version_;
  if (!query_.selector.empty()) path += "&" + query_.selector;
  std::string pending;
  auto end = End::in_order;
  const auto on_data = [&](std::string_view data) {
    pending.append(data);
    size_t begin = 0;
    for (size_t at; end == End::in_order && (at = pending.find('\n', begin)) != std::string::npos;
         begin = at + 1)
      end = event(std::string_view(pending).substr(begin, at - begin));
    pending.erase(0, begin);
    return end == End::in_order;
  };
  const auto response = api_.stream(path, on_data, deadline.within(timing_.watch + timing_.late));
  // The first time it may be of a server that starts, without its roles; then the list before was right.
  if (response.status == 403 && !std::exchange(is_forbidden_, true)) return End::broken;
  is_forbidden_ = response.status == 403;
  if (response.status >= 400 && response.status < 500 && response.status != 410 && response.status != 429)
    throw ApiError("cannot watch " + query_.collection, read_status(response.status, response.body), kDeploy);
  if (end == End::in_order && (response.status != 200 || !pending.empty())) return End::broken;
  return end;
}

/// In order: the watch goes on.
ListWatch::End ListWatch::event(std::string_view line) {
  const Json event = Json::parse(line, nullptr, false);
  const Json* object_or_not = event.is_object() && event.contains("object") ? &event["object"] : nullptr;
  if (!object_or_not || !object_or_not->is_object() || !object_or_not->value("metadata", Json()).is_object())
    return End::broken;
  const auto& object = *object_or_not;
  const auto type = event.value("type", "");
  if (type == "ERROR") return End::broken;
  bool goes_on = true;
  if (type == "ADDED" || type == "MODIFIED") goes_on = set(object);
  if (type == "DELETED") goes_on = forget(key_of(object), object);
  if (const auto version = text_of(object, "resourceVersion"); !version.empty()) version_ = version;
  return goes_on ? End::in_order : End::by_reader;
}

bool ListWatch::set(const Json& object) {
  const auto key = key_of(object);
  if (const auto found = objects_.find(key); found != objects_.end()) {
    const auto version = text_of(object, "resourceVersion");
    if (!version.empty() && version == text_of(found->second, "resourceVersion")) return true;
    // Another one of the same name: the first has gone in between.
    if (text_of(found->second, "uid") != text_of(object, "uid") && !forget(key, Json(found->second)))
      return false;
  }
  objects_[key] = object;
  return (*on_change_)(Change::present, object);
}

bool ListWatch::forget(const std::string& key, const Json& last) {
  return objects_.erase(key) == 0 || (*on_change_)(Change::gone, last);
}

Informer::Informer(const KubeApi& api, const std::vector<ObjectQuery>& queries, std::stop_token stop)
    : on_stop_(std::move(stop), [this] { ended_.request_stop(); }), followed_(queries.size()) {
  try {
    for (size_t i = 0; i < queries.size(); ++i)
      threads_.push_back(background([this, &api, query = queries[i], &followed = followed_[i]](
                                        std::stop_token) { follow(api, query, followed); },
                                    [](const std::exception&) {}));
  } catch (...) {  // there is no thread for it; those before would be waited for
    ended_.request_stop();
    throw;
  }
}

bool Informer::wait(std::chrono::milliseconds time, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, time, [this] { return std::exchange(news_, false); });
  if (stop.stop_requested()) throw Cancelled();
  if (failure_) std::rethrow_exception(failure_);
  return std::all_of(followed_.begin(), followed_.end(), [](const auto& one) { return one.is_listed; });
}

std::vector<Json> Informer::objects(size_t query) const {
  const std::lock_guard lock(mutex_);
  std::vector<Json> all;
  for (const auto& [key, object] : followed_.at(query).objects) all.push_back(object);
  return all;
}

void Informer::follow(const KubeApi& api, const ObjectQuery& query, Followed& followed) {
  const auto tell = [this](const auto& change) {
    const std::lock_guard lock(mutex_);
    change();
    news_ = true;
    changed_.notify_all();
  };
  try {
    const auto on_change = [&](ListWatch::Change change, const Json& object) {
      tell([&] {
        if (change == ListWatch::Change::gone)
          followed.objects.erase(key_of(object));
        else
          followed.objects[key_of(object)] = object;
      });
      return true;
    };
    // It is followed for as long as this object lives.
    ListWatch(api, query)
        .run(on_change, Deadline(Deadline::Clock::time_point::max(), ended_.get_token()),
             [&] { tell([&] { followed.is_listed = true; }); });
  } catch (...) {
    tell([&] {
      if (!failure_) failure_ = std::current_exception();
    });
  }
}

}  // namespace harness
