#pragma once

#include <filesystem>
#include <mutex>
#include <set>

#include "testrun/plan.h"

namespace harness::testrun {

/// The folders of one node of a run.
struct NodeFolders {
  std::filesystem::path dir;
  std::filesystem::path tmp = {};  ///< TMPDIR, while the run goes on
  std::filesystem::path log() const { return dir / "log.txt"; }
  std::filesystem::path exports() const { return dir / "export"; }          ///< TM_EXPORT_PATH
  std::filesystem::path shared() const { return dir / "shared"; }           ///< TM_SHARED_PATH
  std::filesystem::path kubeconfigs() const { return dir / "kubeconfig"; }  ///< TM_KUBECONFIG_PATH
  std::filesystem::path files() const { return dir / "files"; }  ///< of config elements of type file
};

/// Where a node's folders are in its run's.
NodeFolders folders_of(const Node& node, const std::filesystem::path& run_dir);

/// What goes from node to node: each has the shared folder and the kubeconfig folder as a copy of its own, so
/// that nobody sees what another one is writing.
class Artifacts {
 public:
  /// `run_dir`/begin/ has the folders that the testflow begins with. In `tmp` each node gets a folder under a
  /// short name.
  Artifacts(std::filesystem::path run_dir, std::filesystem::path tmp);

  NodeFolders begin() const { return {run_dir_ / "begin"}; }
  NodeFolders folders(const Node& node) const;
  /// Makes the node's folders and fills them from those that its plan names; an untrusted one gets an empty
  /// shared folder and of the kubeconfigs the shoot's.
  NodeFolders prepare(const Flow& flow, const Node& node);
  /// The same with folders below `tmp`, where the run's own have no place.
  NodeFolders prepare_elsewhere(const Flow& flow, const Node& node);
  /// The node has ended: removes what is temporary. One that was alone and succeeded has the newest global
  /// folders.
  void ended(const Node& node, bool succeeded);
  /// The run has ended: keeps the newest global shared folder as `run_dir`/shared where it is not empty;
  /// removes the others, every kubeconfig and empty folders.
  void clear(const Plan& plan);

 private:
  NodeFolders fill(const Flow& flow, const Node& node, const NodeFolders& own) const;
  NodeFolders source_of(const Flow& flow, const Node& node) const;

  const std::filesystem::path run_dir_, tmp_;
  mutable std::mutex mutex_;
  NodeFolders newest_;
  std::set<const Node*> elsewhere_;
  std::set<const Node*> succeeded_;
};

}  // namespace harness::testrun
