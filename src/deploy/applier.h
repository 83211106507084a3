#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/api_error.h"
#include "cluster/kube_api.h"
#include "deploy/manifest.h"
#include "deploy/rollouts.h"

namespace harness {

/// Applies the objects of one component in their order (install_rank), those of one type side by side. What
/// may be taken later (may_pass) is tried again until the deadline, beside the others: none that waits keeps
/// another from being applied, which it may be waiting for. Meanwhile the workloads are watched: one that
/// cannot start ends it, since it may be what is waited for. A type that nothing in the run can bring any
/// more is not waited for.
class Applier {
 public:
  /// `may_lose_data`: what holds data may be made anew, too.
  Applier(const KubeApi& api, const Waiting& waiting, bool may_lose_data, std::stop_token stop)
      : api_(api), waiting_(waiting), may_lose_data_(may_lose_data), stop_(std::move(stop)) {}

  struct Result {
    std::string collection;  ///< where objects of its type live at the API
    nlohmann::json stored;
  };
  /// The results in the order of `objects`. Returns once all are stored, the definitions among them are
  /// served and the APIServices answer. Throws Error (kDeploy), with the object and its place, as soon as one
  /// will not be taken.
  std::vector<Result> apply(const std::vector<Object>& objects);

 private:
  using Indices = std::vector<size_t>;  ///< of objects

  /// One look at each of `todo`; what is left of them.
  Indices round(const Indices& todo);
  /// Those of one type, side by side.
  void try_all(const Indices& batch);
  /// Leaves no result where it may be taken later; `later_` says why.
  void try_one(const Object& object, Result& result);
  void put_off(const Object& object, const ApiError& why);
  nlohmann::json apply_or_make_anew(const Object& object, const std::string& collection);
  bool pods_are_made() const;
  /// Of definitions or APIServices.
  void wait_until_served(bool (*is_one)(const Object&));
  bool is_discovered(const nlohmann::json& definition) const;
  /// Says why it waits for `todo`, and throws when the time is over, or where waiting is in vain.
  void wait_a_moment(const Indices& todo);
  void watch_workloads();
  void give_up_unknown(const Indices& todo);

  const KubeApi& api_;
  const Waiting& waiting_;
  const bool may_lose_data_;
  const std::stop_token stop_;
  const std::vector<Object>* objects_ = nullptr;
  std::vector<Result> results_;
  struct Later {
    std::chrono::steady_clock::time_point since;
    ApiError why;
    bool said = false;
  };
  std::mutex mutex_;  ///< of later_
  std::map<const Object*, Later> later_;
  std::chrono::milliseconds pause_{50};
  using Time = std::chrono::steady_clock::time_point;
  Time began_;
  std::optional<Time> waits_since_, unknown_since_;
  std::optional<RolloutsBeside> rollouts_;
};

}  // namespace harness
