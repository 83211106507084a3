#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "cli/plan.h"
#include "deploy/autoscaling.h"
#include "deploy/identities.h"
#include "deploy/manifest.h"
#include "deploy/render/component_sources.h"
#include "deploy/render/image_references.h"

namespace harness {

/// What the components of a project deploy. Each source is read and rendered once; charts that ask the
/// cluster once more, when it has what they may ask for. Thread-safe.
class ComponentObjects {
 public:
  /// Throws Error (kUsage) where a source cannot be read or rendered, names an image that nobody builds, or
  /// has an object that another one has, too.
  ComponentObjects(const Project& project, const RenderSettings& settings);

  /// Whether its chart may ask the cluster, and has not done so in this run: what there is of it is planned.
  bool has_to_ask(const Component& component) const;
  /// Renders it with what the cluster answers now, once in a run, and returns what a user is to know of that
  /// and does not yet. Throws Error (kUsage) as the constructor; (kDeploy) where that names an image of the
  /// project which nobody has planned to make.
  std::vector<std::string> ask_cluster(const Component& component, const ChartAnswers& answers);
  /// The components whose charts may ask, in the order of components.yaml.
  std::vector<std::string> asking() const { return {asking_.begin(), asking_.end()}; }
  /// Those of which `component` has configuration for its pods, and which ask: they come before it.
  std::vector<std::string> asked_before(const Component& component) const;

  /// The notes of its chart, without what its Secrets hold; empty where it has none.
  std::string notes(const Component& component) const;

  /// The images that each component's entry, its manifest and what its pods name of other manifests'
  /// configuration are made of.
  const ComponentImages& images() const { return images_; }

  /// What a user is to know of them, a line each.
  const std::vector<std::string>& remarks() const { return remarks_; }

  /// Its sources as they are written. Valid as long as this object.
  const std::vector<Object>& written(const Component& component) const;

  /// Its sources as they are applied, and what other manifests have of the configuration that its pods name.
  /// Throws Error where one of its images is not among `references` (image -> what a pod runs).
  std::vector<Object> of(const Component& component,
                         const std::map<std::string, std::string>& references) const;

  /// The tests of its chart likewise.
  std::vector<Object> tests_of(const Component& component,
                               const std::map<std::string, std::string>& references) const;
  /// The names of those that are tests by themselves.
  std::vector<std::string> names_of_tests(const Component& component) const;

 private:
  std::vector<Object> make(const Component& component,
                           const std::map<std::string, std::string>& references) const;
  std::vector<std::string> remarks_of(const SourceObjects& read) const;
  void take(const Component& component, SourceObjects read);
  /// What follows from all that is written.
  void index();
  void check_objects();
  ComponentImages named_images() const;
  void add_images(std::vector<std::string>& names, const std::vector<Object>& objects) const;
  void add_namespaces(std::vector<Object>& objects) const;
  const std::vector<Object>& of_component(const std::string& name) const { return *written_.at(name); }

  const Project& project_;
  const RenderSettings settings_;
  const ImageNames names_;
  using Shared = std::shared_ptr<const std::vector<Object>>;
  std::map<std::string, Shared> written_;  ///< component -> what is in it
  std::vector<Shared> former_;             ///< what written() has given away
  std::map<std::string, std::vector<Object>> chart_tests_;
  std::vector<std::string> asking_;
  std::map<std::string, ChartAnswers> asked_;
  std::map<std::string, Object>
      configs_;  ///< the ConfigMaps and Secrets of all manifests, as they are written, by key
  std::set<Identity> autoscaled_;  ///< workloads of all manifests
  ComponentImages images_;
  std::vector<std::string> remarks_;
  Scopes scopes_;
  std::set<std::string> namespaces_;  ///< that manifests have as objects
  struct Made {
    std::map<std::string, std::string> references;
    std::vector<Object> objects;
  };
  std::mutex asks_;                           ///< one after another
  mutable std::mutex mutex_;                  ///< of all that ask_cluster changes
  mutable std::map<std::string, Made> made_;  ///< component -> what was asked for last
};

/// The error of a chart that is another one than was planned, now that the cluster answers.
Error unplanned(const Component& component, const std::string& what);

/// Of all that is applied, but for names that each run makes anew.
std::string hash_of(const std::vector<Object>& objects);

}  // namespace harness
