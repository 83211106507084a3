#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "lib/gerrit.h"
#include "lib/github.h"
#include "lib/job.h"
#include "lib/kube.h"

namespace ci {

/// Tells the world outside how a job is.
class Reporter {
 public:
  struct Settings {
    const Kube& kube;
    const GitHub& github;
    std::optional<Gerrit> gerrit;
    std::string deck_url;  ///< of a job's page: DECK_URL/job/NAME; empty: no link
  };
  explicit Reporter(Settings settings) : settings_(std::move(settings)) {}

  /// Reports the state of job `name`, unless that was reported, and notes it on the job. A job that is gone
  /// needs no report. Throws Unreachable and Refused: to be called again then.
  void report(const std::string& name) const;

 private:
  void to_github(const nlohmann::json& job, State state) const;
  void to_gerrit(const nlohmann::json& job, State state) const;
  State state(const nlohmann::json& job) const;
  std::string url(const nlohmann::json& job) const;

  Settings settings_;
};

}  // namespace ci
