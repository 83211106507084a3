#pragma once

#include <string>
#include <vector>

#include "lib/job.h"

namespace ci {

/// An entry of hook's configuration.
struct ConfiguredJob {
  Work work;
  std::string repo;        ///< "org/repo"; `*` stands for any characters but a slash
  std::string branch;      ///< of a push, the base of a pull request; the same; empty: any
  bool always_run = true;  ///< of a presubmit: without being asked for by /test
};

/// Which jobs there are:
///
///   presubmits:                  # for pull requests
///   - {name: unit, repo: org/repo, command: [make, test]}
///   postsubmits:                 # for pushes
///   - {name: publish, repo: "org/*", branch: master, image: busybox, command: [sh, -c, ls], context:
///   ci/publish,
///      tenant: team-a, timeout_seconds: 300}
struct Config {
  std::vector<ConfiguredJob> presubmits, postsubmits;

  static std::vector<ConfiguredJob> for_repo(const std::vector<ConfiguredJob>& jobs, const std::string& repo,
                                             const std::string& branch);
};

/// Throws std::runtime_error with line and key where the text is not as above. Entries without `image:` get
/// `default_image`.
Config parse_config(const std::string& text, const std::string& default_image);

}  // namespace ci
