#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/plan.h"
#include "deploy/manifest.h"

namespace harness {

/// The images that each component's entry and manifest name. Throws Error (kUsage) where a manifest cannot be read.
ComponentImages component_images(const Project& project);

/// What the components of a project deploy.
class ComponentObjects {
 public:
  /// Reads every manifest. Throws Error (kUsage) where one cannot be read.
  explicit ComponentObjects(const Project& project);

  /// Its manifest as it is applied, and what other manifests have of the configuration that its pods name. Throws Error where one of its images is not among
  /// `references` (image -> what a pod runs).
  std::vector<Object> of(const Component& component, const std::map<std::string, std::string>& references) const;

 private:
  const Project& project_;
  const std::map<std::string, Object> configs_;  ///< the ConfigMaps and Secrets of all manifests, as they are written
};

/// Of all that is applied.
std::string hash_of(const std::vector<Object>& objects);

}  // namespace harness
