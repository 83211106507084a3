#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "config/project.h"
#include "deploy/render/render_cache.h"

namespace harness {

/// What renders of one run have in common.
struct RenderSettings {
  std::filesystem::path folder;      ///< where they are kept
  std::filesystem::path kubeconfig;  ///< what tools find in the place of the user's own; it may be missing
  std::string kubernetes;            ///< the cluster's version, "v1.34.0"; empty: not known
  std::filesystem::path charts;      ///< where those that are fetched are kept
  std::stop_token stop;
};

/// `kubectl kustomize` of a component's `kustomize:`. Each `make` here throws Error (kUsage) with the place
/// in components.yaml and what the tool said, Error (kCluster) where the tool is missing.
Render kustomize_render(const Project& project, const Component& component, const RenderSettings& settings);
/// What its `render:` prints.
Render command_render(const Project& project, const Component& component, const RenderSettings& settings);

}  // namespace harness
