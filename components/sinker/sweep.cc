#include "sinker/sweep.h"

#include <ctime>
#include <set>

#include "lib/job.h"

namespace ci {

using Json = nlohmann::json;

namespace {

/// Seconds since an RFC 3339 time as Kubernetes writes it, "2026-01-02T03:04:05Z"; nothing where it is none.
std::optional<std::chrono::seconds> age_of(const std::string& time) {
  std::tm parsed{};
  if (!strptime(time.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parsed)) return {};
  return std::chrono::seconds(std::time(nullptr) - timegm(&parsed));
}

std::string end_time(const Json& job) {
  for (const auto& condition : job.at("status").value("conditions", Json::array()))
    if ((condition.value("type", "") == "Complete" || condition.value("type", "") == "Failed") &&
        condition.value("status", "") == "True")
      return condition.value("lastTransitionTime", "");
  return "";
}

bool is_over_age(const Json& job, std::chrono::seconds max_age) {
  const auto age = has_ended(job) ? age_of(end_time(job)) : std::nullopt;
  if (!age) return false;
  const auto reported = annotation_of(job, annotation::kReported);
  const bool told = !reported.empty() && reported != to_string(State::pending);
  return *age > (told ? max_age : 10 * max_age);
}

std::string owner_of(const Json& pod) {
  for (const auto& owner : pod.at("metadata").value("ownerReferences", Json::array()))
    if (owner.value("kind", "") == "Job") return owner.value("uid", "");
  return "";
}

}  // namespace

Swept sweep(const Kube& kube, std::chrono::seconds max_age) {
  Swept swept;
  // Pods first: a job that is made in between is then in the list of jobs.
  const auto pods = kube.list("pods", kManagedSelector);
  std::set<std::string> there;
  for (const auto& job : kube.list("jobs", kManagedSelector)) {
    there.insert(job.at("metadata").value("uid", ""));
    if (!is_over_age(job, max_age)) continue;
    kube.remove("jobs", name_of(job));
    ++swept.jobs;
  }
  for (const auto& pod : pods) {
    if (there.contains(owner_of(pod)) || pod.at("metadata").contains("deletionTimestamp")) continue;
    kube.remove("pods", name_of(pod));
    ++swept.pods;
  }
  return swept;
}

}  // namespace ci
