#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "deploy/trouble/scene.h"

namespace harness {

/// Why a rollout does not go on, and what to do.
struct Diagnosis {
  std::string cause;     ///< one line that stays the same while it is so: "pod deck-5d8f: container deck: the
                         ///< image x cannot be pulled"
  std::string evidence;  ///< the system's own words, several lines
  std::string hint;
  std::string pod = {}, container = {};  ///< whose log tells more; empty where none does
  std::chrono::seconds must_last{0};     ///< to be believed only when it has been so for that long
  bool may_pass = false;                 ///< it is said, but a start that is only slow looks the same
};

/// All that is known to be wrong, what says most first. Nothing where a rollout may still succeed by itself:
/// what is only slow is never called stuck.
std::vector<Diagnosis> diagnose(const Scene& scene);

/// The first of what can be told from a Pod alone, as the API gives it.
std::optional<Diagnosis> diagnose_pod(const nlohmann::json& pod);

/// Decides when a diagnosis is believed. Not thread-safe.
class Patience {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Those of `found` (what is wrong at `now`, causes before their effects) that have lasted as long as they
  /// must; each is given once. The time of what is not found any more begins anew.
  std::vector<Diagnosis> believe(const std::vector<Diagnosis>& found, Time now);
  /// What was found last and has not gone away, believed or not; what says most.
  const std::optional<Diagnosis>& suspicion() const { return suspicion_; }

 private:
  struct Seen {
    std::string cause;
    Time since;
  };
  std::vector<Seen> seen_;
  std::set<std::string> given_;
  std::optional<Diagnosis> suspicion_;
};

}  // namespace harness
