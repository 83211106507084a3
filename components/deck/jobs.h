#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lib/kube.h"

namespace ci {

/// The fields of a job that a list can be limited by.
inline const std::vector<std::string> kFilters{"job", "org", "repo", "pull", "sha", "state", "tenant"};
/// Field of kFilters -> the value that it must have; an empty value is any.
using JobFilter = std::map<std::string, std::string>;

/// The jobs that a deck shows.
class Jobs {
 public:
  /// With a `tenant` only that tenant's jobs exist, for reading and for rerunning.
  Jobs(const Kube& kube, std::string tenant) : kube_(kube), tenant_(std::move(tenant)) {}

  /// The newest first: {"name", "job", "org", "repo", "pull", "sha", "tenant", "state", "context", "started",
  /// "ended"}.
  std::vector<nlohmann::json> list(const JobFilter& filter) const;
  /// One of them. Throws HttpError (404).
  nlohmann::json show(const std::string& name) const;
  /// The output of the job's command, or of clonerefs where that failed. Throws HttpError (404).
  std::string log(const std::string& name) const;
  /// Starts the same job again and gives back the new one's name. Throws HttpError (404).
  std::string rerun(const std::string& name) const;

 private:
  nlohmann::json find(const std::string& name) const;

  const Kube& kube_;
  const std::string tenant_;
};

}  // namespace ci
