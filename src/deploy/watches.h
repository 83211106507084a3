#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "cluster/kube_api.h"

namespace harness {

/// What several watches have seen so far, each on a thread of its own.
class Watches {
 public:
  struct Query {
    std::string collection;     ///< "/api/v1/namespaces/default/pods"
    std::string selector = {};  ///< "labelSelector=app%3Ddeck"
  };
  Watches(const KubeApi& api, const std::vector<Query>& queries, std::stop_token stop);
  ~Watches() { ended_.request_stop(); }
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  /// Returns after the next change, or after `time`. Throws what a watch failed with, Cancelled when `stop` was requested.
  void wait(std::chrono::milliseconds time, std::stop_token stop);
  /// What there is now of the query of that number.
  std::vector<nlohmann::json> objects(size_t query) const;

 private:
  using Objects = std::map<std::string, nlohmann::json>;  ///< by name
  void start(const KubeApi& api, const Query& query, Objects& objects);

  std::stop_source ended_;
  std::stop_callback<std::function<void()>> on_stop_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool news_ = false;
  std::vector<Objects> objects_;  ///< by query
  std::exception_ptr failure_;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace harness
