#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/backoff.h"
#include "cluster/kube_api.h"

namespace harness {

/// What is listed and watched.
struct ObjectQuery {
  std::string collection;     ///< "/api/v1/namespaces/default/pods"
  std::string selector = {};  ///< "labelSelector=app%3Ddeck"
};

/// One collection as it is and as it changes, as client-go's reflectors follow it
/// (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes): a list,
/// then watches from its resource version. A watch that ends goes on where it was; one that breaks, is too
/// old (410) or fails is begun anew with a list, and what has vanished meanwhile is told as gone.
class ListWatch {
 public:
  struct Timing {
    std::chrono::seconds watch{60};  ///< the server ends a watch after that; one that is `late` is broken
    std::chrono::milliseconds late{15'000};
    std::chrono::milliseconds first{100},
        longest{5'000};  ///< pauses before the next watch, the longer the sooner the last ones ended
    std::chrono::milliseconds list{60'000};  ///< for a list, with all its tries
  };
  enum class Change { present, gone };
  using OnChange = std::function<bool(Change, const nlohmann::json& object)>;

  ListWatch(const KubeApi& api, ObjectQuery query) : ListWatch(api, std::move(query), Timing()) {}
  ListWatch(const KubeApi& api, ObjectQuery query, const Timing& timing);

  /// Calls `on_change` for what there is and then for each change, until it returns false; `on_list` after
  /// each list. False when the deadline was over before. Throws ApiError where the collection cannot be
  /// listed or watched, and trying again would not help or has not; Cancelled.
  bool run(
      const OnChange& on_change, const Deadline& deadline, const std::function<void()>& on_list = [] {});

 private:
  using Json = nlohmann::json;
  enum class End { by_reader, in_order, broken };
  bool list(const Deadline& deadline);
  End watch(const Deadline& deadline);
  End event(std::string_view line);
  bool set(const Json& object);
  bool forget(const std::string& key, const Json& last);

  const KubeApi& api_;
  const ObjectQuery query_;
  const Timing timing_;
  const OnChange* on_change_ = nullptr;
  std::map<std::string, Json> objects_;  ///< by namespace and name
  std::string version_;
  bool is_forbidden_ = false;  ///< to watch it was, the last time
};

/// What there is of several collections, each followed on a thread of its own.
class Informer {
 public:
  Informer(const KubeApi& api, const std::vector<ObjectQuery>& queries, std::stop_token stop);
  ~Informer() { ended_.request_stop(); }
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  /// Returns after the next change, or after `time`; says whether everything has been listed. Throws what
  /// following failed with, Cancelled when `stop` was requested.
  bool wait(std::chrono::milliseconds time, std::stop_token stop);
  /// What there is now of the query of that number.
  std::vector<nlohmann::json> objects(size_t query) const;

 private:
  struct Followed {
    std::map<std::string, nlohmann::json> objects;  ///< by namespace and name
    bool is_listed = false;
  };
  void follow(const KubeApi& api, const ObjectQuery& query, Followed& followed);

  std::stop_source ended_;
  std::stop_callback<std::function<void()>> on_stop_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool news_ = false;
  std::vector<Followed> followed_;  ///< by query
  std::exception_ptr failure_;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace harness
