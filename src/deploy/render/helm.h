#pragma once

#include <functional>
#include <set>
#include <string>

#include "deploy/render/chart_store.h"
#include "deploy/render/render_cache.h"
#include "deploy/render/tools.h"

namespace harness {

/// The version of a helm that is known to fit, for hints.
inline constexpr const char* kHelm = "helm.sh/helm/v3/cmd/helm@v3.19.0";

/// What the title of a chart's render begins with.
inline constexpr const char* kHelmTitle = "helm ";

/// Whom the templates of a chart ask, and as what they are rendered.
struct ChartAnswers {
  bool of_cluster = false;  ///< `lookup` gets what the cluster has; else it finds nothing
  bool is_upgrade = false;  ///< .Release.IsUpgrade
};

/// `helm:` of a component. What it throws is Error: kUsage with the place in components.yaml and what the
/// tool said, kCluster where helm is missing or a chart cannot be fetched. `on_fetch` is told, in one line,
/// of each chart that was fetched.
class ChartRenders {
 public:
  ChartRenders(const Project& project, const Component& component, const RenderSettings& settings,
               std::function<void(const std::string&)> on_fetch);

  /// Whether its templates may ask the cluster (may_ask_cluster). Fetches what is not there yet.
  bool may_ask_cluster() const;

  /// `helm template`, with its definitions (crds/). The key does not know what a cluster answers.
  Render render(const ChartAnswers& answers) const;

  /// Its NOTES.txt, rendered; empty where it has none.
  std::string notes(const ChartAnswers& answers) const;

 private:
  std::string key() const;
  std::string make(const ChartAnswers& answers) const;
  std::vector<std::string> args(const std::string& chart, const ChartAnswers& answers) const;
  std::string output(std::vector<std::string> args) const;
  std::filesystem::path fetch(const ChartOrigin& origin) const;
  /// What helm is to read; a copy is made in `scratch` where charts/ lacks something.
  std::filesystem::path whole(const std::filesystem::path& scratch) const;
  void check_version() const;
  void check_dependencies(const std::filesystem::path& copy) const;
  void require_helm() const;

  const Project& project_;
  const Component& component_;
  const RenderSettings& settings_;
  const HelmChart& chart_;
  const std::function<void(const std::string&)> on_fetch_;
};

/// Whether this is what templates said, and no matter of the chart's files.
bool is_of_templates(const Error& error);

/// Whether it is not of the project, but of a repository or a registry: its version is exact.
bool is_fetched(const HelmChart& chart);

/// The files of a chart and those that it is rendered with, relative to the project; not what is fetched.
std::set<std::string> chart_files(const Project& project, const HelmChart& chart);

}  // namespace harness
