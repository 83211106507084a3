#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "base/process.h"

namespace harness {

/// A Kubernetes API without nodes: etcd and kube-apiserver as processes of this machine, at 127.0.0.1 alone,
/// and gone with this object or process. As in controller-runtime's envtest
/// (https://book.kubebuilder.io/reference/envtest.html), no controller runs: no garbage collection, no
/// service accounts' tokens.
class ControlPlane {
 public:
  /// `programs`: control_plane_programs(). `folder`, made private, gets its data, keys and kubeconfig; `logs`
  /// what the two print. Returns once the API is ready. Throws Error (kCluster) with the end of a log, and
  /// Cancelled.
  ControlPlane(std::filesystem::path programs, std::filesystem::path folder, std::filesystem::path logs,
               std::stop_token stop);

  /// What a test finds of it: KUBECONFIG, and what envtest starts its own by (KUBEBUILDER_ASSETS,
  /// TEST_ASSET_*).
  std::map<std::string, std::string> environment() const;
  /// Why it does not run any more; "" while it does.
  std::string failure() const;

 private:
  struct Process {
    std::string name;
    std::filesystem::path log;
    std::unique_ptr<BackgroundProcess> process;
  };
  Process start(const std::string& name, std::vector<std::string> args) const;
  /// Whether it is ready in the end; not where a port was taken in the meantime.
  bool try_to_start(std::stop_token stop);
  void write_kubeconfig(const std::string& address, const std::string& authority) const;

  const std::filesystem::path programs_, folder_, logs_;
  const std::string token_;
  Process etcd_, api_;  ///< the API goes first
};

}  // namespace harness
