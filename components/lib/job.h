#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ci {

/// Labels and annotations of a CI job, which is a Kubernetes Job (batch/v1).
namespace label {
inline const std::string kManaged = "ci.harness/managed";  ///< "true": of the job and of its pods
inline const std::string kName = "ci.harness/job";         ///< the name in hook's configuration
inline const std::string kOrg = "ci.harness/org", kRepo = "ci.harness/repo";
inline const std::string kPull = "ci.harness/pull";  ///< the number; none for a push
inline const std::string kSha = "ci.harness/sha";    ///< the commit that is tested
inline const std::string kTenant = "ci.harness/tenant";
}  // namespace label
namespace annotation {
inline const std::string kContext = "ci.harness/context";    ///< of the GitHub status
inline const std::string kReported = "ci.harness/reported";  ///< the last state that crier reported
inline const std::string kChange = "ci.harness/gerrit-change",
                         kRevision = "ci.harness/gerrit-revision";  ///< none: GitHub's
}  // namespace annotation

inline const std::string kManagedSelector = label::kManaged + "=true";

/// A pull request and its commit.
struct Pull {
  int number = 0;
  std::string sha;
};

/// What a job tests.
struct Refs {
  std::string org, repo, clone_url, base_ref, base_sha;
  std::vector<Pull> pulls;
};

/// What a job does: an entry of hook's configuration.
struct Work {
  std::string name, context, tenant, image;
  std::vector<std::string> command;
  int timeout_seconds = 600;
};

/// A Kubernetes Job whose init container, clonerefs, clones `refs` into the folder in which `work.command`
/// runs. `key` tells two jobs of the same work and commits apart; the same key gives the same name, so that a
/// webhook that comes twice makes one job.
nlohmann::json make_job(const Work& work, const Refs& refs, const std::string& key,
                        const std::string& clonerefs_image);

/// A job that does the same again, under another name: nothing is left of what the cluster added.
nlohmann::json copy_of(const nlohmann::json& job, const std::string& key);

/// pending until it has ended; then success, failure (its command failed), or error (it could not run:
/// cloning failed, it took too long, no pod could be made). `pods` are the job's own.
enum class State { pending, success, failure, error };
State state_of(const nlohmann::json& job, const std::vector<nlohmann::json>& pods);
bool has_ended(const nlohmann::json& job);
std::string to_string(State state);

/// The value of a label or annotation of an object; "" where there is none.
std::string label_of(const nlohmann::json& object, const std::string& name);
std::string annotation_of(const nlohmann::json& object, const std::string& name);
std::string name_of(const nlohmann::json& object);

}  // namespace ci
