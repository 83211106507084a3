#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "cluster/pod_shell.h"
#include "testrun/artifacts.h"

namespace harness::testrun {

/// What goes between a node's folders and its pod. A kubeconfig whose server is this machine (KIND's) is that
/// of the pod's own cluster: in the pod its server is https://kubernetes.default.svc, and what comes back has
/// the address of before.
class PodFolders {
 public:
  PodFolders(const Node& node, const NodeFolders& folders, const std::filesystem::path& kubeconfig);

  /// Puts the location's files and the folders there, then the file /tm/.ready.
  void put(const PodShell& shell, std::stop_token stop) const;
  /// Fetches what was exported and, of a trusted node, the shared folder and the kubeconfigs; then puts the
  /// file /tm/.done there.
  void fetch(const PodShell& shell, std::stop_token stop) const;

 private:
  void put_repository(const PodShell& shell, std::stop_token stop) const;

  const Node& node_;
  const NodeFolders folders_;
  const std::string server_;  ///< of the kubeconfig
};

}  // namespace harness::testrun
