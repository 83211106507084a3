#include "deploy/diagnosis.h"

#include <algorithm>

#include "base/error.h"
#include "deploy/trouble/rules.h"

namespace harness {

namespace {

/// What is sure within this time is waited for before its effects are said: a crash because of a right that
/// is missing.
constexpr std::chrono::seconds kSoon{5};

}  // namespace

std::vector<Diagnosis> diagnose(const Scene& scene) {
  std::vector<Diagnosis> all;
  for (const auto rule : kRules) {
    try {
      if (auto found = rule(scene)) all.push_back(std::move(*found));
    } catch (const Error&) {  // what may not be looked up tells nothing
    }
  }
  // What cannot pass says more than what may.
  std::stable_partition(all.begin(), all.end(), [](const auto& one) { return !one.may_pass; });
  return all;
}

std::optional<Diagnosis> diagnose_pod(const nlohmann::json& pod) {
  Scene scene;
  scene.pods.push_back(pod);
  const auto all = diagnose(scene);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

std::vector<Diagnosis> Patience::believe(const std::vector<Diagnosis>& found, Time now) {
  std::erase_if(seen_, [&](const Seen& seen) {
    return std::none_of(found.begin(), found.end(), [&](const auto& one) { return one.cause == seen.cause; });
  });
  suspicion_ = found.empty() ? std::nullopt : std::optional(found.front());
  std::vector<Diagnosis> believed;
  bool explained_soon = false;
  for (const auto& one : found) {
    auto seen =
        std::find_if(seen_.begin(), seen_.end(), [&](const Seen& other) { return other.cause == one.cause; });
    if (seen == seen_.end()) seen = seen_.insert(seen_.end(), {one.cause, now});
    const bool is_sure = now - seen->since >= one.must_last;
    const bool is_only_an_effect = explained_soon && !one.may_pass;
    explained_soon = explained_soon || (!is_sure && one.must_last <= kSoon);
    if (!is_sure || is_only_an_effect || !given_.insert(one.cause).second) continue;
    believed.push_back(one);
  }
  return believed;
}

}  // namespace harness
