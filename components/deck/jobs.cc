#include "deck/jobs.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "http/message.h"
#include "lib/job.h"

namespace ci {

using Json = nlohmann::json;
using fakes::http::HttpError;

namespace {

Json summary_of(const Json& job, const std::vector<Json>& pods) {
  const auto& status = job.at("status");
  return {{"name", name_of(job)},
          {"job", label_of(job, label::kName)},
          {"org", label_of(job, label::kOrg)},
          {"repo", label_of(job, label::kRepo)},
          {"pull", label_of(job, label::kPull)},
          {"sha", label_of(job, label::kSha)},
          {"tenant", label_of(job, label::kTenant)},
          {"context", annotation_of(job, annotation::kContext)},
          {"state", to_string(state_of(job, pods))},
          {"started", job.at("metadata").value("creationTimestamp", "")},
          {"ended", status.value("completionTime", "")}};
}

bool fits(const JobFilter& filter, const Json& summary) {
  return std::all_of(filter.begin(), filter.end(), [&](const auto& wanted) {
    return wanted.second.empty() || summary.at(wanted.first) == wanted.second;
  });
}

/// The container whose output tells how the job went.
std::string telling_container(const Json& pod) {
  for (const auto& container : pod.at("status").value("initContainerStatuses", Json::array()))
    if (!container.at("state").contains("terminated") ||
        container["state"]["terminated"].value("exitCode", 0) != 0)
      return container.value("name", "");
  return "test";
}

}  // namespace

std::vector<Json> Jobs::list(const JobFilter& filter) const {
  std::map<std::string, std::vector<Json>> pods;
  for (auto& pod : kube_.list("pods", kManagedSelector))
    pods[label_of(pod, "job-name")].push_back(std::move(pod));
  std::vector<Json> jobs;
  for (const auto& job :
       kube_.list("jobs", kManagedSelector + (tenant_.empty() ? "" : "," + label::kTenant + "=" + tenant_)))
    if (auto summary = summary_of(job, pods[name_of(job)]); fits(filter, summary))
      jobs.push_back(std::move(summary));
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const Json& a, const Json& b) { return a["started"] > b["started"]; });
  return jobs;
}

Json Jobs::find(const std::string& name) const {
  auto job = kube_.get("jobs", name);
  const bool ours = job && label_of(*job, label::kManaged) == "true" &&
                    (tenant_.empty() || label_of(*job, label::kTenant) == tenant_);
  if (!ours) throw HttpError(404, "there is no job " + name);
  return *job;
}

Json Jobs::show(const std::string& name) const {
  const auto job = find(name);
  return summary_of(job, kube_.list("pods", "job-name=" + name));
}

std::string Jobs::log(const std::string& name) const {
  find(name);
  const auto pods = kube_.list("pods", "job-name=" + name);
  if (pods.empty()) throw HttpError(404, "job " + name + " has no pod");
  try {
    return kube_.log(name_of(pods.back()), telling_container(pods.back()));
  } catch (const Refused& e) {
    throw HttpError(404, "there is no output of job " + name + " yet: " + e.what());
  }
}

std::string Jobs::rerun(const std::string& name) const {
  const auto job = find(name);
  const auto copy =
      copy_of(job, name + std::to_string(std::random_device()()) +
                       std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()));
  kube_.create("jobs", copy);
  return name_of(copy);
}

}  // namespace ci
