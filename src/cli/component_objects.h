#pragma once

#include <map>
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

/// What the components of a project deploy. Each source is read and rendered once. Thread-safe.
class ComponentObjects {
 public:
  /// Throws Error (kUsage) where a source cannot be read or rendered, names an image that nobody builds, or
  /// has an object that another one has, too.
  ComponentObjects(const Project& project, const RenderSettings& settings);

  /// The images that each component's entry, its manifest and what its pods name of other manifests'
  /// configuration are made of.
  const ComponentImages& images() const { return images_; }

  /// What a user is to know of them, a line each.
  const std::vector<std::string>& remarks() const { return remarks_; }

  /// Its sources as they are written.
  const std::vector<Object>& written(const Component& component) const { return written_.at(component.name); }

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
  void check_objects();
  void add_images(std::vector<std::string>& names, const std::vector<Object>& objects);
  void add_namespaces(std::vector<Object>& objects) const;

  const Project& project_;
  const ImageNames names_;
  std::map<std::string, std::vector<Object>> written_, chart_tests_;  ///< component -> what is in it
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
  mutable std::mutex mutex_;
  mutable std::map<std::string, Made> made_;  ///< component -> what was asked for last
};

/// Of all that is applied, but for names that each run makes anew.
std::string hash_of(const std::vector<Object>& objects);

}  // namespace harness
