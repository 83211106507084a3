#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/setup.h"

namespace harness {

/// Whether a line of a log may say why a test failed. When the harness itself asks the gateway for a
/// component that has no HTTP/2, nginx complains: that is no trouble.
bool tells(const std::string& line);

/// What the cluster shows at the moment in which a test fails, for those who look later. Thread-safe.
class Evidence {
 public:
  /// `url` is the gateway's.
  Evidence(const Context& context, std::string url, const KubeApi& api)
      : context_(context), url_(std::move(url)), api_(api) {}

  /// Writes into `dir`: pods.txt (each pod's state), events.txt, logs/NAMESPACE.POD.CONTAINER.log and, of
  /// components that keep a journal at /admin/requests as the fakes do, requests-COMPONENT.json; of all that
  /// only what is of `since` or later, of a log its last MB, and of all failures of a run 256 MB. Gives back
  /// the at most three lines that say most. What is not available within 10 s, or before `stop`, is left out,
  /// and missing.txt says why; it throws nothing.
  std::vector<std::string> collect(const std::filesystem::path& dir,
                                   std::chrono::system_clock::time_point since, std::stop_token stop);

 private:
  const Context& context_;
  const std::string url_;
  const KubeApi& api_;
  std::atomic<size_t> kept_ = 0;  ///< bytes, of all failures
};

}  // namespace harness
