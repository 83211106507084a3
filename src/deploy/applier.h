#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "cluster/api_error.h"
#include "cluster/kube_api.h"
#include "deploy/manifest.h"
#include "deploy/rollout_watch.h"

namespace harness {

/// Applies the objects of one component in their order (install_rank). What may be taken later (may_pass) is tried again until the deadline, beside the others: none
/// that waits keeps another from being applied, which it may be waiting for.
class Applier {
 public:
  /// `may_lose_data`: what holds data may be made anew, too.
  Applier(const KubeApi& api, const Waiting& waiting, bool may_lose_data, std::stop_token stop)
      : api_(api), waiting_(waiting), may_lose_data_(may_lose_data), stop_(std::move(stop)) {}

  struct Result {
    std::string collection;  ///< where objects of its type live at the API
    nlohmann::json stored;
  };
  /// The results in the order of `objects`. Returns once all are stored, the definitions among them are served and the APIServices answer. Throws Error (kDeploy), with
  /// the object and its place, as soon as one will not be taken.
  std::vector<Result> apply(const std::vector<Object>& objects);

 private:
  /// Nothing (null) where it may be taken later; `later_` says why.
  nlohmann::json try_one(const Object& object, Result& result);
  void put_off(const Object& object, const ApiError& why);
  nlohmann::json apply_or_make_anew(const Object& object, const std::string& collection);
  void remove_unanswered_webhooks(const std::vector<Object>& objects);
  bool pods_are_made(const std::vector<Object>& objects, const std::vector<Result>& results) const;
  /// Of definitions or APIServices.
  void wait_until_served(const std::vector<Object>& objects, bool (*is_one)(const Object&));
  bool is_discovered(const nlohmann::json& definition) const;
  /// Says why it waits, and throws when the time is over.
  void wait_a_moment(const Object& object);

  const KubeApi& api_;
  const Waiting& waiting_;
  const bool may_lose_data_;
  const std::stop_token stop_;
  struct Later {
    std::chrono::steady_clock::time_point since;
    ApiError why;
    bool said = false;
  };
  std::map<const Object*, Later> later_;
  std::chrono::milliseconds pause_{50};
};

}  // namespace harness
