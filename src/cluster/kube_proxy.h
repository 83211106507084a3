#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "base/files.h"
#include "base/process.h"

namespace harness {

/// `kubectl proxy` on a unix socket in a folder of this user alone, so that any kubeconfig works.
/// Thread-safe.
class KubeProxy {
 public:
  /// Starts it; it listens a moment later.
  explicit KubeProxy(const std::filesystem::path& kubeconfig);
  std::filesystem::path socket() const { return dir_.path() / "api"; }
  bool is_running() const;
  /// Starts it again where it has ended. Its socket stays where it was.
  void revive();
  /// The end of what it printed; as long as one that was started again has printed nothing, of what the one
  /// before did.
  std::string said() const;

 private:
  std::string end_of_log() const;

  const TempDir dir_;
  const Command command_;
  mutable std::mutex mutex_;
  std::unique_ptr<BackgroundProcess> process_;
  std::string said_before_;
};

}  // namespace harness
