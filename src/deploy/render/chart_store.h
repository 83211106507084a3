#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "deploy/render/tool_call.h"

namespace harness {

/// A chart that is not the project's, in one version.
struct ChartOrigin {
  std::string repo;  ///< the repository's URL; empty: `chart` is oci://HOST/NAME
  std::string chart;
  std::string version;

  std::string title() const;  ///< "podinfo 6.7.1 of https://charts.example.com", without credentials
};

/// Charts that were fetched, one file for each, below a folder that outlives projects. What an exact version
/// names is fetched once: after that no repository or registry is asked. Processes may use it at once.
class ChartStore {
 public:
  explicit ChartStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Where it is, or is going to be: a .tgz.
  std::filesystem::path file_of(const ChartOrigin& origin) const;

  /// Fetches it by `helm pull` where it is not there yet, and says so by `on_fetch`, in one line. `call` is
  /// of the component that needs it, without a command. Throws Error: kUsage where there is no such chart or
  /// version, kCluster where nobody answers.
  std::filesystem::path fetch(const ChartOrigin& origin, ToolCall call,
                              const std::function<void(const std::string&)>& on_fetch,
                              std::stop_token stop) const;

 private:
  const std::filesystem::path folder_;
};

}  // namespace harness
