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

/// What the watches of one workload, its pods and the warnings of its namespace have seen so far, each on a thread of its own.
class Watches {
 public:
  /// `collection` is where workloads of this type live at the API, `pods` the query that selects the workload's.
  Watches(const KubeApi& api, const std::string& name_space, const std::string& collection, const std::string& name, const std::string& pods, std::stop_token stop);
  ~Watches() { ended_.request_stop(); }
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  struct State {
    std::vector<nlohmann::json> workloads, pods, events;
  };
  /// What is there after the next change, or after `time`. Throws what a watch failed with, Cancelled when `stop` was requested.
  State next(std::chrono::milliseconds time, std::stop_token stop);

 private:
  using Objects = std::map<std::string, nlohmann::json>;  ///< by name
  void start(const KubeApi& api, const std::string& collection, const std::string& selector, Objects& objects);

  std::stop_source ended_;
  std::stop_callback<std::function<void()>> on_stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool news_ = false;
  Objects workloads_, pods_, events_;
  std::exception_ptr failure_;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace harness
