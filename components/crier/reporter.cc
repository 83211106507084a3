#include "crier/reporter.h"

#include <fmt/format.h>

#include "http/server.h"

namespace ci {

using Json = nlohmann::json;

namespace {

std::string description(State state) {
  switch (state) {
    case State::pending:
      return "The job runs.";
    case State::success:
      return "The job succeeded.";
    case State::failure:
      return "The job failed.";
    case State::error:
      return "The job could not run.";
  }
  return "";
}

}  // namespace

void Reporter::report(const std::string& name) const {
  const auto job = settings_.kube.get("jobs", name);
  if (!job) return;
  const State now = state(*job);
  if (annotation_of(*job, annotation::kReported) == to_string(now)) return;
  if (annotation_of(*job, annotation::kChange).empty())
    to_github(*job, now);
  else
    to_gerrit(*job, now);
  settings_.kube.annotate("jobs", name, {{annotation::kReported, to_string(now)}});
  fakes::http::log_to_stderr(fmt::format("job {}: reported {}", name, to_string(now)));
}

State Reporter::state(const Json& job) const {
  const bool looks_at_pods = has_ended(job);
  return state_of(
      job, looks_at_pods ? settings_.kube.list("pods", "job-name=" + name_of(job)) : std::vector<Json>{});
}

std::string Reporter::url(const Json& job) const {
  return settings_.deck_url.empty() ? "" : settings_.deck_url + "/job/" + name_of(job);
}

void Reporter::to_github(const Json& job, State state) const {
  settings_.github.set_status(label_of(job, label::kOrg), label_of(job, label::kRepo),
                              label_of(job, label::kSha), to_string(state),
                              annotation_of(job, annotation::kContext), description(state), url(job));
}

void Reporter::to_gerrit(const Json& job, State state) const {
  if (!settings_.gerrit)
    throw std::runtime_error("job " + name_of(job) + " is for Gerrit, and no -gerrit-endpoint is given");
  const auto change = annotation_of(job, annotation::kChange),
             revision = annotation_of(job, annotation::kRevision);
  // The vote is for the revision: it is cast once all of its jobs have ended, or one did not succeed.
  bool all_succeeded = true, one_did_not = false;
  for (const auto& other :
       settings_.kube.list("jobs", kManagedSelector + "," + label::kSha + "=" + label_of(job, label::kSha))) {
    if (annotation_of(other, annotation::kChange) != change ||
        annotation_of(other, annotation::kRevision) != revision)
      continue;
    const State other_state = this->state(other);
    all_succeeded = all_succeeded && other_state == State::success;
    one_did_not = one_did_not || other_state == State::failure || other_state == State::error;
  }
  std::optional<int> vote;
  if (one_did_not) vote = -1;
  if (all_succeeded) vote = 1;
  const auto link = url(job);
  settings_.gerrit->review(change, revision,
                           fmt::format("{}: {} {}{}", label_of(job, label::kName), to_string(state),
                                       description(state), link.empty() ? "" : "\n" + link),
                           vote);
}

}  // namespace ci
